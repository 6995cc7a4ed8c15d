#include "services/agent/managed_instance.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/status.h"

namespace redisop {
namespace {

constexpr size_t kInstancesMax = 1000;

}  // namespace

InstanceSet::InstanceSet(std::string directory, RedisConnector& connector, const Clock& clock,
                         Disk& disk)
    : directory_(std::move(directory)), connector_(connector), clock_(clock), disk_(disk) {}

void InstanceSet::Scan() {
  absl::MutexLock scan(&scan_mutex_);
  std::map<std::string, Instance> found;
  for (const std::string& name : disk_.List(directory_).value_or(std::vector<std::string>())) {
    const std::string directory = directory_ + "/" + name;
    const auto text = disk_.Read(directory + "/instance.json");
    const auto instance =
        text.ok() ? ParseInstance(directory, *text) : absl::StatusOr<Instance>(text.status());
    if (instance.ok() && found.size() < kInstancesMax) {
      found.emplace(instance->pod_uid, *instance);
    }
  }
  absl::MutexLock lock(&mutex_);
  std::erase_if(by_uid_, [&](const auto& item) { return !found.contains(item.first); });
  for (auto& [uid, instance] : found) {
    std::shared_ptr<ManagedInstance>& managed = by_uid_[uid];
    if (managed == nullptr) {
      managed = std::make_shared<ManagedInstance>(std::move(instance), connector_, clock_, disk_);
    } else {
      managed->set_instance(std::move(instance));
    }
  }
}

absl::StatusOr<std::shared_ptr<ManagedInstance>> InstanceSet::Lookup(
    const std::string& pod_uid) const {
  absl::MutexLock lock(&mutex_);
  if (pod_uid.empty() && by_uid_.size() == 1) {
    return by_uid_.begin()->second;
  }
  if (const auto at = by_uid_.find(pod_uid); at != by_uid_.end()) {
    return at->second;
  }
  return MakeStatus(absl::StatusCode::kNotFound,
                    pod_uid.empty()
                        ? fmt::format("pod_uid: needed, {} instances are here", by_uid_.size())
                        : fmt::format("no redis-server of pod {} is here", pod_uid));
}

absl::StatusOr<std::shared_ptr<ManagedInstance>> InstanceSet::Find(const std::string& pod_uid) {
  auto managed = Lookup(pod_uid);
  if (!managed.ok()) {
    Scan();
    managed = Lookup(pod_uid);
  }
  return managed;
}

std::vector<std::shared_ptr<ManagedInstance>> InstanceSet::All() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<ManagedInstance>> all;
  for (const auto& [uid, managed] : by_uid_) {
    all.push_back(managed);
  }
  return all;
}

}  // namespace redisop
