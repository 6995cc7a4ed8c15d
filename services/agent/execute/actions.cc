#include "services/agent/execute/actions.h"

#include <variant>

namespace redisop {
namespace {

struct Make {
  using Action = std::unique_ptr<StepAction>;
  Action operator()(const CreatePod&) const { return nullptr; }
  Action operator()(const DeletePod&) const { return nullptr; }
  Action operator()(const MeetNodes&) const { return MakeMeetNodes(); }
  Action operator()(const SetConfigEpoch&) const { return MakeSetConfigEpoch(); }
  Action operator()(const AssignSlots&) const { return MakeAssignSlots(); }
  Action operator()(const AttachReplica&) const { return MakeAttachReplica(); }
  Action operator()(const MigrateSlots&) const { return MakeMigrateSlots(); }
  Action operator()(const CloseOpenSlot&) const { return MakeCloseOpenSlot(); }
  Action operator()(const PromoteReplica&) const { return MakePromoteReplica(); }
  Action operator()(const TakeOver&) const { return MakeTakeOver(); }
  Action operator()(const ForgetNode&) const { return MakeForgetNode(); }
  Action operator()(const ResetEmptyNode&) const { return MakeResetEmptyNode(); }
  Action operator()(const CopyFunctions&) const { return MakeCopyFunctions(); }
  Action operator()(const SetConfig&) const { return MakeSetConfig(); }
};

}  // namespace

std::unique_ptr<StepAction> MakeStepAction(const StepKind& kind) {
  return std::visit(Make{}, kind);
}

}  // namespace redisop
