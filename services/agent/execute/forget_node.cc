// ForgetNode: this node's part of removing another one. All others must do the same within 60 s.

#include <fmt/format.h>

#include "common/base/status_macros.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

class ForgetNodeAction : public StepAction {
 public:
  StepOutcome Run(StepContext& context) override {
    const NodeId& id = context.As<ForgetNode>().node_id;
    ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
    ASSIGN_OR_RETURN(const NodeView view, ReadView(*redis));
    if (view.self.id == id) {
      return Refuse(Refusal::kNodeChanged, "a node can't forget itself");
    }
    const Node* peer = FindPeer(view, id);
    if (peer == nullptr) {
      return "does not know it";
    }
    if (view.self.role == Role::kReplica && view.self.primary_id == id) {
      return Refuse(Refusal::kWrongRole, "a replica can't forget its primary");
    }
    if (!peer->unobserved && peer->health == Health::kOk && !peer->slots.empty()) {
      return Refuse(Refusal::kNodeNotEmpty,
                    fmt::format("{} is alive and owns {} slots", ShortId(id), peer->slots.size()));
    }
    ASSIGN_OR_RETURN(const Reply reply, redis->Call({"CLUSTER", "FORGET", id}, kAnswerTimeout));
    if (reply.IsError() && reply.text.find("nknown node") == std::string::npos) {
      return ErrorOf(reply, "CLUSTER FORGET");
    }
    return "forgot it";
  }
};

}  // namespace

std::unique_ptr<StepAction> MakeForgetNode() { return std::make_unique<ForgetNodeAction>(); }

}  // namespace redisop
