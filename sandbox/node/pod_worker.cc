#include "sandbox/node/pod_worker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "sandbox/node/container_environment.h"
#include "sandbox/node/container_launch.h"
#include "sandbox/node/pod_status.h"
#include "sandbox/node/pod_volumes.h"

namespace redisop {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr absl::Duration kApiTimeout = absl::Seconds(10);
constexpr absl::Duration kRetry = absl::Seconds(1);

bool IsReady(const json& status) {
  if (!status.is_object()) return false;
  for (const json& condition : status.value("conditions", json::array())) {
    if (condition.value("type", "") == "Ready") return condition.value("status", "") == "True";
  }
  return false;
}

}  // namespace

// The pod's thread and what it owns. Other threads only leave functions in the inbox.
class PodWorker::Loop : public std::enable_shared_from_this<PodWorker::Loop> {
 public:
  Loop(const PodSurroundings& surroundings, KubeObjectPtr pod, std::atomic<bool>& finished)
      : around_(surroundings),
        object_(std::move(pod)),
        pod_(json::parse(object_->json)),
        finished_(finished),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        directory_(fmt::format("{}/{}", around_.pods_directory, object_->meta.uid)),
        volumes_(around_.api, directory_),
        status_(around_.clock.Now()) {}

  ~Loop() { close(wake_); }

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }

  void Stop() {
    Post([this] {
      is_crashed_ = true;
      KillAll();
    });
    thread_.join();
  }

  void Post(std::function<void()> task) {
    absl::MutexLock lock(&mutex_);
    inbox_.push_back(std::move(task));
    Ring();
  }

  void Update(KubeObjectPtr object) {
    object_ = std::move(object);
    pod_ = json::parse(object_->json);
    // The node controller takes Ready away from pods of a node it does not hear of.
    if (IsReady(published_) && !IsReady(pod_.value("status", json()))) published_ = nullptr;
    if (!object_->meta.deletion_time) return;
    const int64_t grace = pod_["metadata"].value("deletionGracePeriodSeconds", int64_t{30});
    is_ending_ = true;
    for (auto& run : runs_) run->Stop(absl::Seconds(grace));
  }

  void KillAll() {
    is_ending_ = true;
    SetFrozen(false);
    for (auto& run : runs_) run->Kill();
  }
  void Forget() {
    is_forgotten_ = true;
    KillAll();
  }
  void Crash() {
    is_crashed_ = true;
    KillAll();
  }

  void SetFrozen(bool frozen) {
    if (frozen == is_frozen_) return;
    is_frozen_ = frozen;
    for (auto& run : runs_) run->SetFrozen(frozen);
  }

  void RefreshVolumes(const ResourceType& type, const std::string& name) {
    if (!volumes_ready_ || is_ending_ || !PodVolumes::Uses(pod_, type, name)) return;
    const absl::Status refreshed = volumes_.Prepare(pod_, Place());
    if (!refreshed.ok()) Event(true, "FailedMount", MessageOf(refreshed));
  }

  std::string Describe() const {
    absl::MutexLock lock(&mutex_);
    return description_;
  }

 private:
  void Run() {
    Begin();
    while (true) {
      TakeInbox();
      const absl::Duration due = is_frozen_ ? absl::InfiniteDuration() : Step();
      if (due < absl::ZeroDuration()) break;
      Sleep(due);
    }
    runs_.clear();
    std::error_code error;  // what cannot be removed goes with the sandbox's state
    fs::remove_all(directory_, error);
    if (!is_host_network_ && !address_.empty()) around_.addresses.Release(address_);
    fs::remove_all(PodLogDirectory(), error);
    finished_.store(true);
  }

  void Begin() {
    is_host_network_ = pod_["spec"].value("hostNetwork", false);
    const absl::StatusOr<std::string> address =
        is_host_network_ ? std::string("127.0.0.1") : around_.addresses.Take();
    if (!address.ok()) {
      Event(true, "FailedCreatePodSandBox", MessageOf(address.status()));
    } else {
      address_ = *address;
    }
    for (const json& spec : pod_["spec"].value("initContainers", json::array())) {
      AddRun(spec, spec.value("restartPolicy", "") == "Always" ? ContainerRole::kSidecar
                                                               : ContainerRole::kInit);
    }
    for (const json& spec : pod_["spec"]["containers"]) AddRun(spec, ContainerRole::kMain);
    if (object_->meta.deletion_time) Update(object_);
  }

  void AddRun(const json& spec, ContainerRole role) {
    const std::string logs =
        ContainerLogDirectory(around_.logs_directory, object_->meta.namespace_name,
                              object_->meta.name, object_->meta.uid, spec.value("name", ""));
    std::error_code error;  // a start fails with a clear message when it is not there
    fs::create_directories(logs, error);
    ContainerHost host{
        .clock = around_.clock,
        .prepare =
            [this](const json& container) {
              return MakeLaunch(around_.api, pod_, container, Place(), volumes_,
                                {.pod = directory_,
                                 .hosts = fmt::format("{}/{}", around_.hosts_directory,
                                                      object_->meta.namespace_name),
                                 .operator_programs = around_.operator_programs});
            },
        .post =
            [weak = weak_from_this()](std::function<void()> task) {
              if (auto loop = weak.lock()) loop->Post(std::move(task));
            },
        .event = [this, name = spec.value("name", "")](
                     bool is_warning, std::string_view reason,
                     std::string_view note) { Event(is_warning, reason, note, name); },
        .log_directory = logs};
    runs_.push_back(std::make_unique<ContainerRun>(std::move(host), spec, role,
                                                   pod_["spec"].value("restartPolicy", "Always")));
  }

  // One round: everything that is due. Negative: the pod is over.
  absl::Duration Step() {
    absl::Duration due = absl::InfiniteDuration();
    if (!is_ending_ && !volumes_ready_ && !address_.empty()) due = PrepareVolumes();
    bool may_start = volumes_ready_ && !is_ending_;
    for (auto& run : runs_) {
      due = std::min(due, run->Tick(may_start));
      // Init containers one after the other; a sidecar opens the way once it has started.
      if (run->role() == ContainerRole::kInit && !run->succeeded()) may_start = false;
      if (run->role() == ContainerRole::kSidecar && !run->is_started()) may_start = false;
    }
    if (!is_ending_ && HasCompleted()) {
      for (auto& run : runs_) {
        if (run->role() == ContainerRole::kSidecar) run->Stop(absl::Seconds(10));
      }
    }
    UpdateDescription();
    const bool all_done =
        std::all_of(runs_.begin(), runs_.end(), [](const auto& run) { return run->is_done(); });
    if (is_ending_ && all_done) return End();
    if (!is_crashed_ && !is_forgotten_) due = std::min(due, Publish());
    return due;
  }

  bool HasCompleted() const {
    return std::all_of(runs_.begin(), runs_.end(), [](const auto& run) {
      return run->role() != ContainerRole::kMain || run->is_done();
    });
  }

  absl::Duration PrepareVolumes() {
    const absl::Status prepared = volumes_.Prepare(pod_, Place());
    if (prepared.ok()) {
      volumes_ready_ = true;
      return absl::ZeroDuration();
    }
    if (const std::string message = MessageOf(prepared); message != volume_message_) {
      volume_message_ = message;
      Event(true, "FailedMount", message);
    }
    return absl::Milliseconds(200);
  }

  // Writes the status when it differs from the one written last.
  absl::Duration Publish() {
    if (address_.empty()) return absl::InfiniteDuration();
    json status = status_.Make(pod_, runs_, address_, around_.clock.Now());
    if (status == published_) return absl::InfiniteDuration();
    const json patch = {{"metadata", {{"uid", object_->meta.uid}}}, {"status", status}};
    const absl::Status written =
        around_.api
            .Patch(Named(kPods, object_->meta.namespace_name, object_->meta.name, "status"),
                   patch.dump(), {.type = PatchType::kStrategic, .field_manager = "kubelet"},
                   kApiTimeout)
            .status();
    // Gone or another pod under the name: the watch will say so.
    if (!written.ok() && !absl::IsNotFound(written) && !absl::IsAborted(written)) return kRetry;
    published_ = std::move(status);
    return absl::InfiniteDuration();
  }

  // All containers have ended: removes the object. Negative when there is nothing left to do.
  absl::Duration End() {
    if (is_crashed_ || is_forgotten_) return -absl::Seconds(1);
    const absl::Status deleted = around_.api.Delete(
        Named(kPods, object_->meta.namespace_name, object_->meta.name),
        {.uid = object_->meta.uid, .resource_version = {}, .grace_period_seconds = 0}, kApiTimeout);
    const bool is_gone = deleted.ok() || absl::IsNotFound(deleted) || absl::IsAborted(deleted);
    return is_gone ? -absl::Seconds(1) : kRetry;
  }

  void Sleep(absl::Duration due) {
    std::vector<pollfd> descriptors = {{.fd = wake_, .events = POLLIN, .revents = 0}};
    for (const auto& run : runs_) {
      if (!is_frozen_ && run->poll_descriptor() >= 0) {
        descriptors.push_back({.fd = run->poll_descriptor(), .events = POLLIN, .revents = 0});
      }
    }
    const int milliseconds =
        due == absl::InfiniteDuration()
            ? -1
            : static_cast<int>(std::min<int64_t>(absl::ToInt64Milliseconds(due) + 1, 3600 * 1000));
    poll(descriptors.data(), descriptors.size(), milliseconds);
  }

  void TakeInbox() {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = read(wake_, &count, sizeof count);
    std::vector<std::function<void()>> tasks;
    {
      absl::MutexLock lock(&mutex_);
      tasks.swap(inbox_);
    }
    for (auto& task : tasks) task();
  }

  void Ring() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t size = write(wake_, &one, sizeof one);
  }

  void UpdateDescription() {
    std::string text;
    for (const auto& run : runs_) {
      if (run->is_running()) text += fmt::format("{} pid {}\n", run->name(), run->pid());
    }
    absl::MutexLock lock(&mutex_);
    description_ = std::move(text);
  }

  // Events that differ only in their note become one; `action` keeps those of two containers apart.
  void Event(bool is_warning, std::string_view reason, std::string_view note,
             std::string_view action = "RunPod") {
    if (is_crashed_) return;
    const ObjectMeta& meta = object_->meta;
    around_.events.Record({.api_version = "v1",
                           .kind = "Pod",
                           .namespace_name = meta.namespace_name,
                           .name = meta.name,
                           .uid = meta.uid},
                          is_warning ? EventType::kWarning : EventType::kNormal, reason, action,
                          note);
  }

  PodPlace Place() const { return {address_, around_.api_server_port}; }

  std::string PodLogDirectory() const {
    return fmt::format("{}/{}_{}_{}", around_.logs_directory, object_->meta.namespace_name,
                       object_->meta.name, object_->meta.uid);
  }

  const PodSurroundings& around_;
  KubeObjectPtr object_;
  json pod_;
  std::atomic<bool>& finished_;
  const int wake_;
  const std::string directory_;
  PodVolumes volumes_;
  PodStatus status_;
  ContainerRuns runs_;
  std::string address_;
  std::string volume_message_;
  json published_;
  bool volumes_ready_ = false;
  bool is_host_network_ = false;
  bool is_ending_ = false;
  bool is_forgotten_ = false;
  bool is_crashed_ = false;
  bool is_frozen_ = false;

  mutable absl::Mutex mutex_;
  std::vector<std::function<void()>> inbox_ ABSL_GUARDED_BY(mutex_);
  std::string description_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

PodWorker::PodWorker(const PodSurroundings& surroundings, KubeObjectPtr pod)
    : loop_(std::make_shared<Loop>(surroundings, std::move(pod), finished_)) {
  loop_->Start();
}

PodWorker::~PodWorker() { loop_->Stop(); }

void PodWorker::Update(KubeObjectPtr pod) {
  loop_->Post([loop = loop_.get(), pod = std::move(pod)] { loop->Update(pod); });
}

void PodWorker::Forget() {
  loop_->Post([loop = loop_.get()] { loop->Forget(); });
}

void PodWorker::Crash() {
  loop_->Post([loop = loop_.get()] { loop->Crash(); });
}

void PodWorker::SetFrozen(bool frozen) {
  loop_->Post([loop = loop_.get(), frozen] { loop->SetFrozen(frozen); });
}

void PodWorker::RefreshVolumes(const ResourceType& type, std::string_view name) {
  loop_->Post(
      [loop = loop_.get(), type, name = std::string(name)] { loop->RefreshVolumes(type, name); });
}

std::string PodWorker::Describe() const { return loop_->Describe(); }

std::string ContainerLogDirectory(const std::string& logs_directory,
                                  std::string_view namespace_name, std::string_view pod,
                                  std::string_view uid, std::string_view container) {
  return fmt::format("{}/{}_{}_{}/{}", logs_directory, namespace_name, pod, uid, container);
}

}  // namespace redisop
