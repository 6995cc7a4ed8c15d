// Every kind of step an agent carries out, each in the file of its name. There is no way to
// FLUSHALL, to CLUSTER RESET HARD, or to send a command as it comes.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_ACTIONS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_ACTIONS_H_

#include <memory>

#include "services/agent/execute/step_action.h"

namespace redisop {

std::unique_ptr<StepAction> MakeMeetNodes();
std::unique_ptr<StepAction> MakeSetConfigEpoch();
std::unique_ptr<StepAction> MakeAssignSlots();
std::unique_ptr<StepAction> MakeAttachReplica();
std::unique_ptr<StepAction> MakeMigrateSlots();   // migrate/
std::unique_ptr<StepAction> MakeCloseOpenSlot();  // migrate/
std::unique_ptr<StepAction> MakePromoteReplica();
std::unique_ptr<StepAction> MakeTakeOver();
std::unique_ptr<StepAction> MakeForgetNode();
std::unique_ptr<StepAction> MakeResetEmptyNode();
std::unique_ptr<StepAction> MakeCopyFunctions();
std::unique_ptr<StepAction> MakeSetConfig();

// The action for a kind; nullptr for pod steps, which are not for agents.
std::unique_ptr<StepAction> MakeStepAction(const StepKind& kind);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_ACTIONS_H_
