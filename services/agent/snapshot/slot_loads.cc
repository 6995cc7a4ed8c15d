#include "services/agent/snapshot/slot_loads.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/redis/server_info.h"

namespace redisop {
namespace {

constexpr size_t kBurst = 1024;

struct Held {
  uint64_t keys = 0;
  std::optional<uint64_t> bytes;
};

using HeldBySlot = std::map<int, Held>;

std::optional<uint64_t> Count(const Reply& reply) {
  if (reply.kind != Reply::Kind::kInteger || reply.integer < 0) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(reply.integer);
}

// One entry of SLOT-STATS: the slot, and names with values in turn.
bool TakeSlotStats(const Reply& entry, HeldBySlot& held) {
  if (entry.elements.size() != 2 || entry.elements[0].kind != Reply::Kind::kInteger) {
    return false;
  }
  const std::vector<Reply>& values = entry.elements[1].elements;
  std::optional<uint64_t> keys;
  Held slot;
  for (size_t i = 0; i + 1 < values.size(); i += 2) {
    if (values[i].text == "key-count") {
      keys = Count(values[i + 1]);
    } else if (values[i].text == "memory-bytes") {
      slot.bytes = Count(values[i + 1]);
    }
  }
  slot.keys = keys.value_or(0);
  held[static_cast<int>(entry.elements[0].integer)] = slot;
  return keys.has_value();
}

absl::StatusOr<HeldBySlot> FromSlotStats(const Reply& reply) {
  HeldBySlot held;
  for (const Reply& entry : reply.elements) {
    if (!TakeSlotStats(entry, held)) {
      return MakeStatus(absl::StatusCode::kFailedPrecondition,
                        "CLUSTER SLOT-STATS: an entry has no slot or no key-count");
    }
  }
  return held;
}

absl::StatusOr<HeldBySlot> CountKeys(RedisConnection& redis, const SlotSet& slots,
                                     absl::Duration timeout) {
  const std::vector<int> all = slots.Slots();
  HeldBySlot held;
  for (size_t begin = 0; begin < all.size(); begin += kBurst) {
    std::vector<RedisCommand> burst;
    for (size_t i = begin; i < std::min(begin + kBurst, all.size()); ++i) {
      burst.push_back({"CLUSTER", "COUNTKEYSINSLOT", std::to_string(all[i])});
    }
    ASSIGN_OR_RETURN(const std::vector<Reply> replies, redis.Pipeline(burst, timeout));
    for (size_t i = 0; i < replies.size(); ++i) {
      RETURN_IF_ERROR(ErrorOf(replies[i], "CLUSTER COUNTKEYSINSLOT"));
      held[all[begin + i]].keys = Count(replies[i]).value_or(0);
    }
  }
  return held;
}

uint64_t AverageBytes(const ServerInfo& info) {
  return info.keys == 0 ? 0 : info.dataset_bytes / info.keys;
}

// A slot that the answer leaves out is no longer the node's; it is left out here too.
std::vector<SlotLoad> Joined(const SlotSet& slots, const HeldBySlot& held, uint64_t average_bytes) {
  std::vector<SlotLoad> loads;
  for (const auto& [slot, amount] : held) {
    if (slot < 0 || slot >= kSlotCount || !slots.Contains(slot)) {
      continue;
    }
    const uint64_t bytes = amount.bytes.value_or(amount.keys * average_bytes);
    SlotLoad* last = loads.empty() ? nullptr : &loads.back();
    if (last != nullptr && last->slots.end == slot && last->keys == amount.keys &&
        last->bytes == bytes) {
      last->slots.end = slot + 1;
    } else {
      loads.push_back({{slot, slot + 1}, amount.keys, bytes});
    }
  }
  return loads;
}

}  // namespace

absl::StatusOr<std::vector<SlotLoad>> ReadSlotLoads(RedisConnection& redis, const SlotSet& slots,
                                                    absl::Duration timeout) {
  ASSIGN_OR_RETURN(
      const std::vector<Reply> replies,
      redis.Pipeline(
          {{"INFO"}, {"CLUSTER", "SLOT-STATS", "SLOTSRANGE", "0", std::to_string(kSlotCount - 1)}},
          timeout));
  RETURN_IF_ERROR(ErrorOf(replies[0], "INFO"));
  ASSIGN_OR_RETURN(const ServerInfo info, ParseServerInfo(replies[0].text));
  // Engines that don't know it say so; whoever may not ask it may still count.
  ASSIGN_OR_RETURN(const HeldBySlot held, replies[1].IsError() ? CountKeys(redis, slots, timeout)
                                                               : FromSlotStats(replies[1]));
  return Joined(slots, held, AverageBytes(info));
}

}  // namespace redisop
