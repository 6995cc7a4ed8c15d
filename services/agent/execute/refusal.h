// Why an agent refuses a step, before or during it: redisoperator.agent.v1.Refusal.Code, where each
// code is described.
//
// A refusal travels as a status: kFailedPrecondition with "NODE_CHANGED: text". So the macros of
// common/base/status_macros.h work in steps, and the text on the wire is the same.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_REFUSAL_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_REFUSAL_H_

#include <string_view>

#include "absl/status/status.h"

namespace redisop {

// The values are those of the wire.
enum class Refusal {
  kNone = 0,
  kTokenTooOld = 1,
  kOtherCluster = 2,
  kNodeChanged = 3,
  kStateChanged = 4,
  kPeerChanged = 5,
  kNodeNotEmpty = 6,
  kNotInSync = 7,
  kFailoverTooSoon = 8,
  kStepRunning = 9,
  kKeysLeft = 10,
  kRedisError = 11,
  kWrongRole = 12,
  kTimedOut = 13,
  kCancelled = 14,
  kKeysDiffer = 15,
};

// "NODE_CHANGED": the name on the wire; "NONE" for kNone.
std::string_view RefusalName(Refusal refusal);

// kFailedPrecondition "NAME: text".
absl::Status Refuse(Refusal refusal, std::string_view text);

// What `status` says: kNone for OK, the code of a refusal, and kRedisError for every other error
// (in a step those come from a connection).
Refusal RefusalOf(const absl::Status& status);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_REFUSAL_H_
