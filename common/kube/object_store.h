// What an informer knows: the objects of one collection by key, and optionally by one index.
// Thread-safe.

#ifndef REDIS_OPERATOR_COMMON_KUBE_OBJECT_STORE_H_
#define REDIS_OPERATOR_COMMON_KUBE_OBJECT_STORE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/kube/object.h"

namespace redisop {

// The index value of an object, "namespace/cluster" say; empty: not indexed.
using IndexFunction = std::function<std::string(const KubeObject&)>;

// One difference between what was known and what is known now.
struct StoreChange {
  enum class Type { kAdded, kUpdated, kDeleted };
  Type type = Type::kAdded;
  std::string key;
  KubeObjectPtr before;  // null for kAdded
  KubeObjectPtr after;   // null for kDeleted
};

class ObjectStore {
 public:
  explicit ObjectStore(IndexFunction index = nullptr);

  // nullptr: not known.
  KubeObjectPtr Get(std::string_view key) const;
  // In the order of keys.
  std::vector<KubeObjectPtr> List() const;
  // Those whose index value is `value`, in the order of keys.
  std::vector<KubeObjectPtr> ListByIndex(std::string_view value) const;
  size_t Size() const;

  StoreChange Upsert(KubeObjectPtr object);
  // Empty when the key was not known.
  std::vector<StoreChange> Remove(std::string_view key);
  // Makes the store hold exactly `objects`; returns the differences, removals last. An object whose
  // resource version did not change is no difference.
  std::vector<StoreChange> Replace(const std::vector<KubeObjectPtr>& objects);

 private:
  using Objects = std::map<std::string, KubeObjectPtr, std::less<>>;
  StoreChange UpsertLocked(KubeObjectPtr object) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  StoreChange RemoveLocked(Objects::iterator position) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Unindex(const KubeObject& object) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const IndexFunction index_;
  mutable absl::Mutex mutex_;
  Objects objects_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::set<std::string>, std::less<>> keys_by_index_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_OBJECT_STORE_H_
