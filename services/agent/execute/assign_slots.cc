// AssignSlots: gives slots without an owner to this primary. Also slots that it takes for a peer's,
// when the peer itself says that they are not its own: after a lost race of claims two nodes can
// each take the other for the owner.

#include <fmt/format.h>

#include <algorithm>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/migrate/window.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

RedisCommand AddRanges(const SlotSet& slots) {
  RedisCommand command = {"CLUSTER", "ADDSLOTSRANGE"};
  for (const SlotRange& range : slots.Ranges()) {
    command.push_back(std::to_string(range.first));
    command.push_back(std::to_string(range.end - 1));
  }
  return command;
}

// For engines before Redis 7.0.
RedisCommand AddEach(const SlotSet& slots) {
  RedisCommand command = {"CLUSTER", "ADDSLOTS"};
  for (const int slot : slots.Slots()) {
    command.push_back(std::to_string(slot));
  }
  return command;
}

// The slots go to this node with a new config epoch, as at the end of a slot move.
absl::Status TakeFromDenier(StepContext& context, RedisConnection& redis, const NodeId& self,
                            const NodeId& peer, const SlotSet& slots) {
  ASSIGN_OR_RETURN(const auto denier, context.ConnectPeer(peer));
  ASSIGN_OR_RETURN(const NodeView view, ReadView(*denier));
  if (const SlotSet own = slots & view.self.slots; !own.empty()) {
    return Refuse(Refusal::kStateChanged,
                  fmt::format("slots {} belong to {}", own.ToString(), ShortId(peer)));
  }
  ASSIGN_OR_RETURN(const std::vector<uint64_t> keys, CountKeys(*denier, slots.Slots()));
  if (std::any_of(keys.begin(), keys.end(), [](uint64_t count) { return count > 0; })) {
    return Refuse(Refusal::kKeysLeft,
                  fmt::format("{} holds keys of slots {}", ShortId(peer), slots.ToString()));
  }
  RETURN_IF_ERROR(SetSlots(redis, slots.Slots(), "IMPORTING", peer));
  return SetSlots(redis, slots.Slots(), "NODE", self);
}

class AssignSlotsAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const SlotSet& wanted = context.As<AssignSlots>().slots;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView before, ReadView(*redis));
    if (before.self.role != Role::kPrimary) {
      return Refuse(Refusal::kWrongRole, "the node is a replica");
    }
    SlotSet missing = wanted - before.self.slots;
    const int count = missing.size();
    for (const Node& peer : before.peers) {
      if (const SlotSet taken = missing & peer.slots; !taken.empty()) {
        RETURN_IF_ERROR(TakeFromDenier(context, *redis, before.self.id, peer.id, taken));
        missing.Remove(taken);
      }
    }
    if (!missing.empty()) {
      ASSIGN_OR_RETURN(Reply reply, redis->Call(AddRanges(missing), kAnswerTimeout));
      if (reply.IsError() && reply.text.find("nknown subcommand") != std::string::npos) {
        ASSIGN_OR_RETURN(reply, redis->Call(AddEach(missing), kAnswerTimeout));
      }
      RETURN_IF_ERROR(ErrorOf(reply, "assign slots"));
    }
    ASSIGN_OR_RETURN(const NodeView after, ReadView(*redis));
    if (!(wanted - after.self.slots).empty()) {
      return Refuse(Refusal::kStateChanged, "the slots went to another node at the same time");
    }
    context.control().Report({.slots_done = wanted.size(), .slots_total = wanted.size()});
    return fmt::format("owns {} more slots", count);
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeAssignSlots() { return std::make_unique<AssignSlotsAction>(); }

}  // namespace redisop
