#include "common/kube/object_store.h"

#include <utility>

namespace redisop {

ObjectStore::ObjectStore(IndexFunction index) : index_(std::move(index)) {}

KubeObjectPtr ObjectStore::Get(std::string_view key) const {
  absl::MutexLock lock(&mutex_);
  const auto found = objects_.find(key);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<KubeObjectPtr> ObjectStore::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<KubeObjectPtr> result;
  result.reserve(objects_.size());
  for (const auto& [key, object] : objects_) {
    result.push_back(object);
  }
  return result;
}

std::vector<KubeObjectPtr> ObjectStore::ListByIndex(std::string_view value) const {
  absl::MutexLock lock(&mutex_);
  std::vector<KubeObjectPtr> result;
  if (const auto keys = keys_by_index_.find(value); keys != keys_by_index_.end()) {
    for (const std::string& key : keys->second) {
      result.push_back(objects_.find(key)->second);
    }
  }
  return result;
}

size_t ObjectStore::Size() const {
  absl::MutexLock lock(&mutex_);
  return objects_.size();
}

StoreChange ObjectStore::Upsert(KubeObjectPtr object) {
  absl::MutexLock lock(&mutex_);
  return UpsertLocked(std::move(object));
}

std::vector<StoreChange> ObjectStore::Remove(std::string_view key) {
  absl::MutexLock lock(&mutex_);
  const auto found = objects_.find(key);
  if (found == objects_.end()) {
    return {};
  }
  return {RemoveLocked(found)};
}

std::vector<StoreChange> ObjectStore::Replace(const std::vector<KubeObjectPtr>& objects) {
  absl::MutexLock lock(&mutex_);
  std::vector<StoreChange> changes;
  std::set<std::string, std::less<>> present;
  for (const KubeObjectPtr& object : objects) {
    const auto [key, fresh] = present.insert(object->Key());
    const auto known = objects_.find(*key);
    if (known == objects_.end() || known->second->meta.uid != object->meta.uid ||
        known->second->meta.resource_version != object->meta.resource_version) {
      changes.push_back(UpsertLocked(object));
    }
  }
  for (auto position = objects_.begin(); position != objects_.end();) {
    const auto current = position++;
    if (!present.contains(current->first)) {
      changes.push_back(RemoveLocked(current));
    }
  }
  return changes;
}

StoreChange ObjectStore::UpsertLocked(KubeObjectPtr object) {
  StoreChange change{
      .type = StoreChange::Type::kAdded, .key = object->Key(), .before = nullptr, .after = object};
  KubeObjectPtr& slot = objects_[change.key];
  if (slot != nullptr) {
    change.type = StoreChange::Type::kUpdated;
    change.before = slot;
    Unindex(*slot);
  }
  slot = std::move(object);
  if (index_) {
    if (std::string value = index_(*slot); !value.empty()) {
      keys_by_index_[std::move(value)].insert(change.key);
    }
  }
  return change;
}

StoreChange ObjectStore::RemoveLocked(Objects::iterator position) {
  StoreChange change{.type = StoreChange::Type::kDeleted,
                     .key = position->first,
                     .before = position->second,
                     .after = nullptr};
  Unindex(*position->second);
  objects_.erase(position);
  return change;
}

void ObjectStore::Unindex(const KubeObject& object) {
  if (!index_) {
    return;
  }
  const auto keys = keys_by_index_.find(index_(object));
  if (keys == keys_by_index_.end()) {
    return;
  }
  keys->second.erase(object.Key());
  if (keys->second.empty()) {
    keys_by_index_.erase(keys);
  }
}

}  // namespace redisop
