// Keeps a store equal to a collection of the API server: list, watch, and list again when the watch
// cannot go on, with client-go's semantics. No thread of its own: somebody calls Step().
//
//   list at the most recent state -> watch from its version -> on a normal end watch again at the
//   last version seen -> on "too old" (410) list not older than the last version, on a second one
//   the most recent state
//
// A failed list or a broken watch backs off 0.8 s doubling to 30 s, plus up to as much again at
// random; two minutes of health reset that. A watch that ends within a second without an event
// counts as failed.

#ifndef REDIS_OPERATOR_COMMON_KUBE_REFLECTOR_H_
#define REDIS_OPERATOR_COMMON_KUBE_REFLECTOR_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/kube/kube_api.h"
#include "common/kube/object_store.h"

namespace redisop {

struct ReflectorOptions {
  ResourcePath collection;
  Selector selector;
  absl::Duration list_timeout = absl::Seconds(60);
};

class Reflector {
 public:
  // Called for each difference, in order, never two at once: from Step() for what a list brought,
  // from a thread of the KubeApi for what a watch brought. The store already holds the change.
  // `from_list` tells first or repeated listings from live changes. Must return soon and must not
  // call the KubeApi.
  using Handler = std::function<void(const StoreChange& change, bool from_list)>;

  // What the arguments point to must outlive the reflector. `wake` is called from any thread when
  // Step() should be called before the time it asked for.
  Reflector(KubeApi& api, const Clock& clock, Random& random, ReflectorOptions options,
            ObjectStore& store, Handler handler, std::function<void()> wake);
  ~Reflector();
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  // Does what is due (may block for a list) and returns the time until there is something to do
  // again: infinite while a watch runs. One caller at a time.
  absl::Duration Step();

  // The store has held a complete listing since the start. Thread-safe, as all below.
  bool HasSynced() const;
  // The last failure, OK while all is well.
  absl::Status LastError() const;
  // The store reflects at least this version; empty before the first list.
  std::string ResourceVersion() const;

 private:
  enum class State { kList, kWatch, kWatching, kEnded };

  absl::Duration ListNow();
  absl::Duration StartWatch();
  absl::Duration HandleEnd();
  void OnEvent(const WatchEvent& event);
  void OnEnd(absl::Status status);
  absl::Duration Go(State next, const absl::Status& error);
  absl::Duration BackOff(State next, const absl::Status& error);

  KubeApi& api_;
  const Clock& clock_;
  Random& random_;
  const ReflectorOptions options_;
  ObjectStore& store_;
  const Handler handler_;
  const std::function<void()> wake_;

  // Touched by Step() only.
  std::unique_ptr<WatchHandle> watch_;
  absl::Duration watch_started_;
  int expiries_ = 0;  // "too old" answers since a watch last worked
  int failures_ = 0;
  absl::Duration last_failure_ = -absl::InfiniteDuration();
  absl::Duration not_before_ = -absl::InfiniteDuration();

  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kList;
  std::string version_ ABSL_GUARDED_BY(mutex_);
  bool watch_saw_event_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status watch_end_ ABSL_GUARDED_BY(mutex_);
  bool synced_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_REFLECTOR_H_
