// Addresses for pods from one 127.x.0.0/16 of the machine's loopback, which Linux answers for as a
// whole. Two sandboxes on a machine, of whatever users, get different x: each claims one with a
// listening socket that lives as long as it.
//
// Thread-safe.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_IP_POOL_H_
#define REDIS_OPERATOR_SANDBOX_NODE_IP_POOL_H_

#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace redisop {

class IpPool {
 public:
  // Hands out 127.`network`.0.10 to 127.`network`.255.250 in ascending order, and begins again from
  // below only at the end: an address is used again as late as possible, since Redis nodes find
  // each other by address.
  explicit IpPool(int network) : network_(network) {}

  // kUnavailable: all are in use.
  absl::StatusOr<std::string> Take();

  // Requires: `address` was taken from this pool.
  void Release(const std::string& address);

 private:
  std::string Text(int index) const;

  const int network_;
  absl::Mutex mutex_;
  int next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string> in_use_ ABSL_GUARDED_BY(mutex_);
};

// The first 127.x.0.0/16, x from 10 to 250, that no other sandbox holds; held until this process
// ends. kUnavailable: all are held.
absl::StatusOr<int> ClaimLoopbackNetwork();

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_IP_POOL_H_
