#include "sandbox/node/node_manager.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace redisop {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);
// Workers tell nobody when they are finished; looking is cheap.
constexpr absl::Duration kReapPeriod = absl::Milliseconds(500);

std::string NodeOf(const KubeObject& pod) {
  return nlohmann::json::parse(pod.json)["spec"].value("nodeName", "");
}

}  // namespace

NodeManager::NodeManager(KubeApi& api, const Clock& clock, Random& random,
                         NodeManagerOptions options)
    : api_(api),
      clock_(clock),
      options_(std::move(options)),
      addresses_(options_.loopback_network),
      registry_(api, clock, options_.log_port),
      events_(api, clock, random, {.controller = "kubelet", .instance = "sandbox"},
              [this] { Wake(event_thread_); }),
      surroundings_{.api = api,
                    .clock = clock,
                    .events = events_,
                    .addresses = addresses_,
                    .pods_directory = options_.state_directory + "/pods",
                    .hosts_directory = options_.state_directory + "/hosts",
                    .logs_directory = options_.state_directory + "/logs/pods",
                    .operator_programs = options_.operator_programs,
                    .api_server_port = options_.api_server_port},
      pods_(api, clock, random, {.collection = Collection(kPods), .selector = {}, .index = {}}),
      services_(api, clock, random,
                {.collection = Collection(kServices), .selector = {}, .index = {}}),
      config_maps_(api, clock, random,
                   {.collection = Collection(kConfigMaps), .selector = {}, .index = {}}),
      secrets_(api, clock, random,
               {.collection = Collection(kSecrets), .selector = {}, .index = {}}),
      claims_(api, clock, random,
              {.collection = Collection(kPersistentVolumeClaims), .selector = {}, .index = {}}),
      volumes_(api, clock, random,
               {.collection = Collection(kPersistentVolumes), .selector = {}, .index = {}}),
      hosts_(pods_.Store(), services_.Store(), surroundings_.hosts_directory),
      provisioner_(api, claims_.Store(), volumes_.Store(), options_.state_directory + "/volumes") {}

NodeManager::~NodeManager() {
  {
    absl::MutexLock lock(&wake_mutex_);
    is_closing_ = true;
  }
  lease_thread_.reset();
  hosts_thread_.reset();
  provisioner_thread_.reset();
  reaper_thread_.reset();
  std::map<std::string, Entry> workers;
  {
    absl::MutexLock lock(&mutex_);
    workers.swap(workers_);
  }
  for (auto& [uid, entry] : workers) entry.worker->Crash();
  workers.clear();
  event_thread_.reset();
}

absl::Status NodeManager::Start() {
  RETURN_IF_ERROR(Annotate(provisioner_.CreateStorageClass(), "create the storage class"));
  event_thread_ = std::make_unique<StepThread>([this] { return events_.Step(); });
  lease_thread_ = std::make_unique<StepThread>([this] { return registry_.Step(); });
  hosts_thread_ = std::make_unique<StepThread>([this] { return hosts_.Step(); });
  provisioner_thread_ = std::make_unique<StepThread>([this] { return provisioner_.Step(); });
  reaper_thread_ = std::make_unique<StepThread>([this] { return ReapFinished(); });
  for (StepThread* thread : {event_thread_.get(), lease_thread_.get(), hosts_thread_.get(),
                             provisioner_thread_.get(), reaper_thread_.get()}) {
    thread->Start();
  }
  pods_.OnChange([this](const StoreChange& change, bool) { OnPod(change); });
  services_.OnChange([this](const StoreChange&, bool) { Wake(hosts_thread_); });
  config_maps_.OnChange([this](const StoreChange& change, bool) { OnConfig(kConfigMaps, change); });
  secrets_.OnChange([this](const StoreChange& change, bool) { OnConfig(kSecrets, change); });
  claims_.OnChange([this](const StoreChange&, bool) { Wake(provisioner_thread_); });
  volumes_.OnChange([this](const StoreChange&, bool) { Wake(provisioner_thread_); });
  for (Informer* informer : {&pods_, &services_, &config_maps_, &secrets_, &claims_, &volumes_}) {
    informer->Start();
  }
  return absl::OkStatus();
}

absl::Status NodeManager::AddNode(const std::string& name, const std::string& zone) {
  RETURN_IF_ERROR(registry_.Add(name, zone));
  lease_thread_->Wake();
  Redeliver(name);
  return absl::OkStatus();
}

absl::Status NodeManager::RemoveNode(const std::string& name) {
  std::vector<KubeObjectPtr> pods;
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [uid, entry] : workers_) {
      if (entry.node == name) entry.worker->Crash();
    }
  }
  RETURN_IF_ERROR(registry_.Remove(name));
  for (const KubeObjectPtr& pod : pods_.Store().List()) {
    if (NodeOf(*pod) != name) continue;
    const absl::Status deleted = api_.Delete(
        Named(kPods, pod->meta.namespace_name, pod->meta.name),
        {.uid = pod->meta.uid, .resource_version = {}, .grace_period_seconds = 0}, kTimeout);
    if (!deleted.ok() && !absl::IsNotFound(deleted) && !absl::IsAborted(deleted)) return deleted;
  }
  return absl::OkStatus();
}

absl::Status NodeManager::FreezeNode(const std::string& name) {
  RETURN_IF_ERROR(registry_.SetFrozen(name, true));
  absl::MutexLock lock(&mutex_);
  for (auto& [uid, entry] : workers_) {
    if (entry.node == name) entry.worker->SetFrozen(true);
  }
  return absl::OkStatus();
}

absl::Status NodeManager::ThawNode(const std::string& name) {
  RETURN_IF_ERROR(registry_.SetFrozen(name, false));
  {
    absl::MutexLock lock(&mutex_);
    for (auto& [uid, entry] : workers_) {
      if (entry.node == name) entry.worker->SetFrozen(false);
    }
  }
  lease_thread_->Wake();
  Redeliver(name);
  return absl::OkStatus();
}

absl::Status NodeManager::SetPodFrozen(const std::string& key, bool frozen) {
  absl::MutexLock lock(&mutex_);
  for (auto& [uid, entry] : workers_) {
    if (entry.key != key || entry.worker->is_finished()) continue;
    entry.worker->SetFrozen(frozen);
    return absl::OkStatus();
  }
  return MakeStatus(absl::StatusCode::kNotFound, "no pod " + key + " runs here");
}

std::string NodeManager::Describe() const {
  std::string text;
  for (const NodeInfo& node : registry_.List()) {
    text +=
        fmt::format("node {} zone {}{}\n", node.name, node.zone, node.is_frozen ? " frozen" : "");
    absl::MutexLock lock(&mutex_);
    for (const auto& [uid, entry] : workers_) {
      if (entry.node != node.name) continue;
      const std::string containers = entry.worker->Describe();
      for (size_t at = 0; at < containers.size();) {
        const size_t end = containers.find('\n', at);
        text += fmt::format("  pod {} container {}\n", entry.key, containers.substr(at, end - at));
        at = end + 1;
      }
    }
  }
  return text;
}

void NodeManager::Wake(const std::unique_ptr<StepThread>& thread) {
  absl::MutexLock lock(&wake_mutex_);
  if (!is_closing_ && thread != nullptr) thread->Wake();
}

void NodeManager::OnPod(const StoreChange& change) {
  Wake(hosts_thread_);
  // A deleted pod can come back under its name with another uid as an update.
  if (change.before != nullptr &&
      (change.after == nullptr || change.after->meta.uid != change.before->meta.uid)) {
    absl::MutexLock lock(&mutex_);
    const auto found = workers_.find(change.before->meta.uid);
    if (found != workers_.end() && !registry_.IsFrozen(found->second.node)) {
      found->second.worker->Forget();
    }
  }
  if (change.after != nullptr) Deliver(change.after);
}

void NodeManager::Deliver(const KubeObjectPtr& pod) {
  const std::string node = NodeOf(*pod);
  if (node.empty() || !registry_.Has(node) || registry_.IsFrozen(node)) return;
  absl::MutexLock lock(&mutex_);
  const auto [found, is_new] = workers_.try_emplace(pod->meta.uid);
  if (is_new) {
    found->second = {pod->Key(), node, std::make_unique<PodWorker>(surroundings_, pod)};
  } else {
    found->second.worker->Update(pod);
  }
}

// What a node missed while it was away or frozen.
void NodeManager::Redeliver(const std::string& node) {
  for (const KubeObjectPtr& pod : pods_.Store().List()) {
    if (NodeOf(*pod) == node) Deliver(pod);
  }
  absl::MutexLock lock(&mutex_);
  for (auto& [uid, entry] : workers_) {
    if (entry.node != node) continue;
    const KubeObjectPtr known = pods_.Store().Get(entry.key);
    if (known == nullptr || known->meta.uid != uid) entry.worker->Forget();
  }
}

void NodeManager::OnConfig(const ResourceType& type, const StoreChange& change) {
  if (change.type != StoreChange::Type::kUpdated) return;
  absl::MutexLock lock(&mutex_);
  for (auto& [uid, entry] : workers_) {
    if (entry.key.starts_with(change.after->meta.namespace_name + "/")) {
      entry.worker->RefreshVolumes(type, change.after->meta.name);
    }
  }
}

absl::Duration NodeManager::ReapFinished() {
  std::vector<std::unique_ptr<PodWorker>> finished;
  absl::MutexLock lock(&mutex_);
  for (auto entry = workers_.begin(); entry != workers_.end();) {
    const bool is_over = entry->second.worker->is_finished();
    if (is_over) finished.push_back(std::move(entry->second.worker));
    entry = is_over ? workers_.erase(entry) : std::next(entry);
  }
  return kReapPeriod;
}

}  // namespace redisop
