#include "services/agent/execute/migrate/classic_drain.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "common/base/status_macros.h"
#include "services/agent/execute/migrate/list_keys.h"

namespace redisop {
namespace {

constexpr absl::Duration kBatchTimeout = absl::Seconds(30);
// Longest silence of the target within one MIGRATE; below half of every usual node-timeout.
constexpr char kSilenceMilliseconds[] = "2000";
// A MIGRATE blocks the source, other than reading copies.
constexpr int kBatchKeysMax = 200;

absl::Status MigrateBatch(MoveParties& parties, int slot, const std::vector<std::string>& keys) {
  RedisCommand command = {"MIGRATE",
                          parties.target_address.host,
                          std::to_string(parties.target_address.port),
                          "",
                          "0",
                          kSilenceMilliseconds,
                          "REPLACE",
                          "KEYS"};
  command.insert(command.end(), keys.begin(), keys.end());
  ASSIGN_OR_RETURN(const Reply reply, parties.source->Call(command, kBatchTimeout));
  // "+NOKEY": they expired or were deleted.
  if (!reply.IsError()) return absl::OkStatus();
  return Refuse(Refusal::kRedisError, fmt::format("MIGRATE, slot {}: {}", slot, reply.text));
}

}  // namespace

absl::StatusOr<Drained> DrainOnce(StepContext& context, MoveParties& parties,
                                  const std::vector<int>& slots, Pacer& pacer) {
  ASSIGN_OR_RETURN(const std::vector<SlotKeys> lists,
                   ListKeys(*parties.source, slots, kRoundKeysMax));
  Drained drained;
  for (const SlotKeys& list : lists) {
    if (HasTooLargeKey(list)) {
      return Refuse(Refusal::kKeysLeft,
                    fmt::format("slot {} holds a key above {} MB", list.slot, kKeyBytesMax >> 20));
    }
    for (size_t first = 0; first < list.keys.size();) {
      const std::vector<std::string> batch =
          BatchOf(list, first, std::min(kBatchKeysMax, pacer.keys()));
      const absl::Duration start = context.clock().Monotonic();
      RETURN_IF_ERROR(MigrateBatch(parties, list.slot, batch));
      pacer.Report(static_cast<int>(batch.size()), context.clock().Monotonic() - start);
      first += batch.size();
    }
    drained.keys += list.keys.size();
    drained.bytes += list.total_bytes;
  }
  return drained;
}

}  // namespace redisop
