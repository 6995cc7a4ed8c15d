// CopyFunctions: loads into this node the function libraries that it lacks and another primary has.
// Replicas get them from their primary. A library that both have in different forms is left alone:
// which one is right, only its author knows.

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"
#include "services/agent/observe/function_list.h"

namespace redisop {
namespace {

class CopyFunctionsAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    ASSIGN_OR_RETURN(auto source, context.ConnectPeer(context.As<CopyFunctions>().source_id));
    ASSIGN_OR_RETURN(const FunctionLibraries wanted, ReadFunctions(*source, kAnswerTimeout));
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
    if (view.self.role != Role::kPrimary) {
      return Refuse(Refusal::kWrongRole, "the node is a replica: its primary gives it functions");
    }
    ASSIGN_OR_RETURN(const FunctionLibraries present, ReadFunctions(*redis, kAnswerTimeout));
    int loaded = 0;
    for (const auto& [name, code] : wanted) {
      const auto at = present.find(name);
      if (at != present.end() && at->second != code) {
        return Refuse(Refusal::kKeysDiffer,
                      fmt::format("library {} is there already, in another form", name));
      }
      if (at == present.end()) {
        RETURN_IF_ERROR(Ask(*redis, {"FUNCTION", "LOAD", code}).status());
        ++loaded;
      }
    }
    return fmt::format("loaded {} of {} libraries", loaded, wanted.size());
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeCopyFunctions() { return std::make_unique<CopyFunctionsAction>(); }

}  // namespace redisop
