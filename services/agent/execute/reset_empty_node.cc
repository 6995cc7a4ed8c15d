// ResetEmptyNode: CLUSTER RESET SOFT, which keeps the node's id. Never of a replica (the reset
// would delete its copy), never of a node with slots or keys.

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

class ResetEmptyNodeAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
    if (view.self.role != Role::kPrimary) {
      return Refuse(Refusal::kWrongRole, "the node is a replica: a reset would delete its copy");
    }
    if (!view.self.slots.empty() || !view.self.open_slots.empty()) {
      return Refuse(Refusal::kNodeNotEmpty,
                    fmt::format("the node owns {} slots, {} are open", view.self.slots.size(),
                                view.self.open_slots.size()));
    }
    ASSIGN_OR_RETURN(const uint64_t keys, ReadKeyCount(*redis));
    if (keys > 0) {
      return Refuse(Refusal::kNodeNotEmpty, fmt::format("the node holds {} keys", keys));
    }
    if (view.self.alone) {
      return "knows nobody already";
    }
    RETURN_IF_ERROR(Ask(*redis, {"CLUSTER", "RESET", "SOFT"}).status());
    return "knows nobody";
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeResetEmptyNode() {
  return std::make_unique<ResetEmptyNodeAction>();
}

}  // namespace redisop
