// SetConfigEpoch: distinct epochs from the start spare a new cluster the slow resolution of
// collisions (Redis command reference, CLUSTER SET-CONFIG-EPOCH).

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

class SetConfigEpochAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const uint64_t epoch = context.As<SetConfigEpoch>().epoch;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
    if (view.self.config_epoch == epoch) {
      return fmt::format("has config epoch {}", epoch);
    }
    if (!view.self.alone || view.self.config_epoch != 0) {
      return Refuse(Refusal::kStateChanged, fmt::format("the node has config epoch {} and {} peers",
                                                        view.self.config_epoch, view.peers.size()));
    }
    RETURN_IF_ERROR(Ask(*redis, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(epoch)}).status());
    return fmt::format("took config epoch {}", epoch);
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeSetConfigEpoch() {
  return std::make_unique<SetConfigEpochAction>();
}

}  // namespace redisop
