// Leader election by a Lease, with client-go's algorithm: nobody's clock is trusted but one's own.
// A candidate notes its local time whenever the record changes, and takes over when it did not
// change for lease_duration.
//
// A lease is no fence: a paused leader can wake up after another took over. So every acting call
// carries FencingToken() (the lease's leaseTransitions), and those who act refuse lower tokens than
// they have seen.

#ifndef REDIS_OPERATOR_COMMON_KUBE_LEADER_ELECTOR_H_
#define REDIS_OPERATOR_COMMON_KUBE_LEADER_ELECTOR_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/kube/kube_api.h"

namespace redisop {

struct LeaderElectorOptions {
  std::string namespace_name;
  std::string lease_name;
  // Unique per process start (a random part): the same identity taking the lease again keeps the
  // token.
  std::string identity;
  // Identities that begin so are of earlier starts in the same place (a pod, by its UID), where one
  // process runs at a time: their lease is taken over at once, with a new token. Empty: none.
  std::string predecessors;
  absl::Duration lease_duration = absl::Seconds(15);
  absl::Duration renew_deadline = absl::Seconds(10);
  absl::Duration retry_period = absl::Seconds(2);
};

// The content of a Lease that counts.
struct LeaseRecord {
  std::string holder;  // empty: released
  absl::Duration duration;
  int64_t transitions = 0;
  std::string acquire_time;  // as in the object
  std::string renew_time;

  friend bool operator==(const LeaseRecord&, const LeaseRecord&) = default;
};

class LeaderElector {
 public:
  // The arguments must outlive the elector. Requires: lease_duration > renew_deadline > 1.2 *
  // retry_period.
  LeaderElector(KubeApi& api, const Clock& clock, Random& random, LeaderElectorOptions options);

  // Tries to get or renew the lease once, and returns the time until the next try. One caller at a
  // time.
  absl::Duration Step();

  // Gives the lease up so that another takes over at once. OK when it was not held. No Step() may
  // run or follow.
  absl::Status Release();

  // Leader now: the lease was renewed within renew_deadline by this process's own clock. Once lost,
  // it is not regained before a Step() that takes the lease anew. Thread-safe, as all below.
  bool IsLeader() const;
  // The token of the current leadership; nullopt when not leader.
  std::optional<int64_t> FencingToken() const;
  // Somebody has seen this token, and it is higher than ours (the Lease was deleted by hand): the
  // next renewal moves the token past it.
  void RaiseFencingToken(int64_t seen);
  // Who holds the lease as last seen; empty: nobody.
  std::string Holder() const;
  // Why the last Step() did not get further; OK when it did or another holds the lease.
  absl::Status LastError() const;

 private:
  absl::Status TryAcquireOrRenew();
  LeaseRecord NextRecord() const;
  absl::Status CreateLease();
  absl::Status UpdateLease(const LeaseRecord& record);
  void Observe(const LeaseRecord& record, std::string resource_version);
  void Lead(const LeaseRecord& record, absl::Duration asked_at);
  bool LeadsLocked(absl::Duration now) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  std::string LeaseJson(const LeaseRecord& record, std::string_view resource_version) const;

  KubeApi& api_;
  const Clock& clock_;
  Random& random_;
  const LeaderElectorOptions options_;

  // Touched by Step() and Release() only.
  std::optional<LeaseRecord> observed_;
  std::string observed_version_;
  absl::Duration observed_at_;

  mutable absl::Mutex mutex_;
  bool leading_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Duration renewed_at_ ABSL_GUARDED_BY(mutex_);
  int64_t token_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t token_seen_ ABSL_GUARDED_BY(mutex_) = -1;
  std::string holder_ ABSL_GUARDED_BY(mutex_);
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_LEADER_ELECTOR_H_
