// SetConfig: CONFIG SET, one setting after the other. The redis.conf of the next start is not the
// agent's.

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

class SetConfigAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const auto& settings = context.As<SetConfig>().settings;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    for (const auto& [name, value] : settings) {
      RETURN_IF_ERROR(context.CheckGoOn());
      RETURN_IF_ERROR(WriteSetting(*redis, name, value));
    }
    return fmt::format("changed {} settings", settings.size());
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeSetConfig() { return std::make_unique<SetConfigAction>(); }

}  // namespace redisop
