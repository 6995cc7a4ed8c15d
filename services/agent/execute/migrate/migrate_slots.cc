#include "services/agent/execute/actions.h"
#include "services/agent/execute/migrate/finish_move.h"

namespace redisop {
namespace {

// Moves slots to another primary; also goes on where an earlier run of the same step stopped.
class MigrateSlotsAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const MigrateSlots& step = context.As<MigrateSlots>();
    return FinishMove(context, step.source_id, step.target_id, step.slots);
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeMigrateSlots() { return std::make_unique<MigrateSlotsAction>(); }

}  // namespace redisop
