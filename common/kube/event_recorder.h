// Writes events.k8s.io/v1 Events ("kubectl describe" shows them). Recording never blocks and never
// fails: what does not fit into the queue or the object's allowance is dropped and counted. Sending
// is done by Step().
//
// The same (object, type, reason, action) within ten minutes becomes one Event whose series count
// rises, whatever the note says; the note is that of the first. Each object may cause 25 events at
// once, then one per five minutes.

#ifndef REDIS_OPERATOR_COMMON_KUBE_EVENT_RECORDER_H_
#define REDIS_OPERATOR_COMMON_KUBE_EVENT_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/kube/kube_api.h"

namespace redisop {

// What an event is about.
struct ObjectReference {
  std::string api_version;
  std::string kind;
  std::string namespace_name;
  std::string name;
  std::string uid;
};

enum class EventType { kNormal, kWarning };

struct EventRecorderOptions {
  std::string controller;  // "redisoperator.io/k8s-bridge"
  std::string instance;    // the pod's name
  size_t queue_max = 1000;
  size_t series_max = 4096;  // objects and series remembered; the oldest is forgotten
};

class EventRecorder {
 public:
  // The arguments must outlive the recorder. `wake` is called when Step() has something to do; any
  // thread.
  EventRecorder(KubeApi& api, const Clock& clock, Random& random, EventRecorderOptions options,
                std::function<void()> wake);

  // `reason` and `action` are CamelCase words for machines ("ReplicaPromoted", "Promote"), `note`
  // is for people; it is cut at 1 KiB. Thread-safe, does not block.
  void Record(const ObjectReference& regarding, EventType type, std::string_view reason,
              std::string_view action, std::string_view note);

  // Sends what waits; returns the time until it wants to be called again. One caller at a time.
  absl::Duration Step();

  // Events dropped since the start: queue full, object over its allowance, or refused by the API
  // server. Thread-safe.
  int64_t Dropped() const;
  // Why the last send failed; OK when it did not. Thread-safe.
  absl::Status LastError() const;

 private:
  struct Series {
    ResourcePath path;  // of the Event
    int64_t count = 0;
    absl::Duration last_seen;
  };
  struct Pending {
    std::string series_key;
    std::string name;  // of the Event, if it becomes one
    ObjectReference regarding;
    EventType type = EventType::kNormal;
    std::string reason;
    std::string action;
    std::string note;
    absl::Time when;
    int tries = 0;
  };
  struct Allowance {
    double tokens = 0;
    absl::Duration refilled_at;
  };

  bool TakeTokenLocked(const ObjectReference& regarding) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Send(const Pending& event);
  absl::Status SendNew(const Pending& event);
  void ForgetOldSeries();

  KubeApi& api_;
  const Clock& clock_;
  Random& random_;
  const EventRecorderOptions options_;
  const std::function<void()> wake_;

  std::map<std::string, Series> series_;  // touched by Step() only

  mutable absl::Mutex mutex_;
  std::deque<Pending> queue_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Allowance> allowances_ ABSL_GUARDED_BY(mutex_);
  int64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_EVENT_RECORDER_H_
