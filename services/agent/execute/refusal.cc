#include "services/agent/execute/refusal.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "common/base/status.h"

namespace redisop {
namespace {

constexpr std::array<std::string_view, 16> kNames = {
    "NONE",         "TOKEN_TOO_OLD",  "OTHER_CLUSTER", "NODE_CHANGED",      "STATE_CHANGED",
    "PEER_CHANGED", "NODE_NOT_EMPTY", "NOT_IN_SYNC",   "FAILOVER_TOO_SOON", "STEP_RUNNING",
    "KEYS_LEFT",    "REDIS_ERROR",    "WRONG_ROLE",    "TIMED_OUT",         "CANCELLED",
    "KEYS_DIFFER"};

}  // namespace

std::string_view RefusalName(Refusal refusal) { return kNames[static_cast<size_t>(refusal)]; }

absl::Status Refuse(Refusal refusal, std::string_view text) {
  return MakeStatus(absl::StatusCode::kFailedPrecondition,
                    fmt::format("{}: {}", RefusalName(refusal), text));
}

Refusal RefusalOf(const absl::Status& status) {
  if (status.ok()) {
    return Refusal::kNone;
  }
  const std::string message = MessageOf(status);
  const std::string_view name = std::string_view(message).substr(0, message.find(':'));
  for (size_t code = 1; code < kNames.size(); ++code) {
    if (absl::IsFailedPrecondition(status) && name == kNames[code]) {
      return static_cast<Refusal>(code);
    }
  }
  return Refusal::kRedisError;
}

}  // namespace redisop
