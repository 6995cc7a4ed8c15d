// AssignSlots: gives slots without an owner to this primary.

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
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

class AssignSlotsAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const SlotSet& wanted = context.As<AssignSlots>().slots;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView before, ReadView(*redis));
    if (before.self.role != Role::kPrimary) {
      return Refuse(Refusal::kWrongRole, "the node is a replica");
    }
    const SlotSet missing = wanted - before.self.slots;
    for (const Node& peer : before.peers) {
      if (const SlotSet taken = missing & peer.slots; !taken.empty()) {
        return Refuse(Refusal::kStateChanged,
                      fmt::format("slots {} belong to {}", taken.ToString(), ShortId(peer.id)));
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
    return fmt::format("owns {} more slots", missing.size());
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeAssignSlots() { return std::make_unique<AssignSlotsAction>(); }

}  // namespace redisop
