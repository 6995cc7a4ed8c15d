#include "services/agent/execute/migrate/list_keys.h"

#include <algorithm>
#include <utility>

#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {

absl::StatusOr<std::vector<SlotKeys>> ListKeys(RedisConnection& redis,
                                               const std::vector<int>& slots, int keys_max) {
  std::vector<RedisCommand> listing;
  for (const int slot : slots) {
    listing.push_back({"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), std::to_string(keys_max)});
  }
  ASSIGN_OR_RETURN(std::vector<Reply> lists, redis.Pipeline(listing, kAnswerTimeout));
  std::vector<SlotKeys> result;
  std::vector<RedisCommand> weighing;
  for (size_t i = 0; i < slots.size(); ++i) {
    RETURN_IF_ERROR(ErrorOf(lists[i], "GETKEYSINSLOT"));
    SlotKeys& slot = result.emplace_back();
    slot.slot = slots[i];
    for (Reply& key : lists[i].elements) {
      weighing.push_back({"MEMORY", "USAGE", key.text});
      slot.keys.push_back(std::move(key.text));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<Reply> weights, redis.Pipeline(weighing, kAnswerTimeout));
  auto weight = weights.begin();
  for (SlotKeys& slot : result) {
    for (size_t i = 0; i < slot.keys.size(); ++i, ++weight) {
      // Nil or an error (ASK): the key was deleted, or has expired.
      const bool known = weight->kind == Reply::Kind::kInteger;
      slot.bytes.push_back(known ? static_cast<uint64_t>(weight->integer) : 0);
      slot.total_bytes += slot.bytes.back();
    }
  }
  return result;
}

bool HasTooLargeKey(const SlotKeys& slot) {
  return std::any_of(slot.bytes.begin(), slot.bytes.end(),
                     [](uint64_t bytes) { return bytes > kKeyBytesMax; });
}

}  // namespace redisop
