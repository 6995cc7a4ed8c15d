// An API server in memory: what the KubeApi contract says about objects, versions, conflicts,
// watches and deletion, without a process. One suite (common/kube/kube_contract.cc) runs
// against this one and a real one.
//
// Like the real one: uid, resourceVersion, generation (rises when anything but metadata and status
// changes), creationTimestamp; a write that changes nothing keeps the version; the main resource
// ignores status and the status subresource everything else; 409 for stale versions and uid
// preconditions; finalizers; a pod that is bound to a host stays, being deleted, until it is
// deleted with grace period 0; an object that enters or leaves a watch's selector is ADDED or
// DELETED there; a watch from before the kept history ends with kOutOfRange.
//
// Left out: validation, defaulting and schemas; garbage collection by owner; namespaces as a
// condition; list pages (a limit is ignored); strategic patches (415); apply merges lists as a
// whole and knows no shared ownership beyond apply; subresources but status, binding and eviction;
// RBAC.
//
// Thread-safe. Watch events are delivered by the writing call before it returns, or by Deliver().

#ifndef REDIS_OPERATOR_COMMON_TESTING_FAKE_KUBE_API_H_
#define REDIS_OPERATOR_COMMON_TESTING_FAKE_KUBE_API_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/kube/kube_api.h"

namespace redisop {

// One call as a fault function sees it.
struct FakeKubeCall {
  std::string verb;  // get list create update apply patch delete watch raw
  ResourcePath path;
  bool committed = false;  // asked before the call takes effect, and again after
};

class FakeKubeApi final : public KubeApi {
 public:
  // `clock` gives the timestamps and must outlive this.
  explicit FakeKubeApi(const Clock& clock);
  ~FakeKubeApi() override;

  absl::StatusOr<KubeObject> Get(const ResourcePath& path, absl::Duration timeout) override;
  absl::StatusOr<ObjectList> List(const ResourcePath& path, const ListOptions& options,
                                  absl::Duration timeout) override;
  absl::StatusOr<KubeObject> Create(const ResourcePath& path, std::string_view json,
                                    absl::Duration timeout) override;
  absl::StatusOr<KubeObject> Update(const ResourcePath& path, std::string_view json,
                                    absl::Duration timeout) override;
  absl::StatusOr<KubeObject> Apply(const ResourcePath& path, std::string_view json,
                                   const ApplyOptions& options, absl::Duration timeout) override;
  absl::StatusOr<KubeObject> Patch(const ResourcePath& path, std::string_view patch,
                                   const PatchOptions& options, absl::Duration timeout) override;
  absl::Status Delete(const ResourcePath& path, const DeleteOptions& options,
                      absl::Duration timeout) override;
  // What SetRaw said; kNotFound for the rest.
  absl::StatusOr<std::string> GetRaw(std::string_view path_and_query,
                                     absl::Duration timeout) override;
  std::unique_ptr<WatchHandle> Watch(const ResourcePath& path, const WatchOptions& options,
                                     WatchCallbacks callbacks) override;

  void SetRaw(std::string path_and_query, std::string body);

  // Asked at each call; an error it returns is the call's answer. An error for a committed call is
  // a lost reply: the write has happened.
  void SetFault(std::function<absl::Status(const FakeKubeCall&)> fault);

  // False: events wait until Deliver(), as on a slow watch. True at the start.
  void SetAutomaticDelivery(bool automatic);
  // Delivers up to `limit` waiting events over all watches, in the order they happened.
  void Deliver(size_t limit = SIZE_MAX);
  // Ends all watches as the server or the network would.
  void EndWatches(const absl::Status& status);
  // Forgets the events so far: watches from before cannot start.
  void Compact();

 private:
  using Json = nlohmann::json;
  struct State;
  struct Stored;
  struct Watcher {
    std::string collection;
    std::string namespace_name;
    Selector selector;
    WatchCallbacks callbacks;
    size_t next = 0;  // index into the history, counted from the first event ever
    int64_t after_version = 0;
    bool ended = false;
  };
  class Handle;

  absl::Status Ask(std::string_view verb, const ResourcePath& path, bool committed);
  // Runs `write` under the lock between the two questions to the fault function, then delivers.
  absl::StatusOr<KubeObject> Write(std::string_view verb, const ResourcePath& path,
                                   const std::function<absl::StatusOr<Json>()>& write);
  absl::StatusOr<Stored*> Find(const ResourcePath& path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Json> Insert(const ResourcePath& path, Json object)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Json> Replace(const ResourcePath& path, Json object)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Json> CreateSubresource(const ResourcePath& path, const Json& body)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Json> ApplyLocked(const ResourcePath& path, const Json& intent,
                                   const ApplyOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status DeleteLocked(const ResourcePath& path, const DeleteOptions& options)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(const ResourcePath& path, Json before) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Commit(const ResourcePath& path, Json before, Json& after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool DeliverOne();

  const Clock& clock_;
  // Held while callbacks run, so that a handle's end waits for them; taken before mutex_.
  absl::Mutex delivery_;
  absl::Mutex mutex_;
  const std::unique_ptr<State> state_ ABSL_PT_GUARDED_BY(mutex_);
  size_t forgotten_ ABSL_GUARDED_BY(mutex_) = 0;  // events dropped from the front of the history
  int64_t compacted_at_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t version_ ABSL_GUARDED_BY(mutex_) = 100;
  int64_t last_uid_ ABSL_GUARDED_BY(mutex_) = 0;
  bool automatic_ ABSL_GUARDED_BY(mutex_) = true;
  std::function<absl::Status(const FakeKubeCall&)> fault_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string, std::less<>> raw_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_FAKE_KUBE_API_H_
