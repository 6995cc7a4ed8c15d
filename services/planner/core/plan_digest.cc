#include "services/planner/core/plan_digest.h"

#include <fmt/format.h>

#include "common/base/digest.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

// Every argument of the step, none shortened.
struct FullText {
  std::string operator()(const CreatePod& s) const {
    return fmt::format("{} {} {} {}", s.pod, s.shard, s.member, s.zone);
  }
  std::string operator()(const DeletePod& s) const {
    return fmt::format("{} {} {}", s.pod, s.pod_uid, s.node_id);
  }
  std::string operator()(const SetConfigEpoch& s) const {
    return fmt::format("{} {}", s.node_id, s.epoch);
  }
  std::string operator()(const AssignSlots& s) const {
    return fmt::format("{} {}", s.node_id, s.slots.ToString());
  }
  std::string operator()(const MigrateSlots& s) const {
    return fmt::format("{} {} {}", s.source_id, s.target_id, s.slots.ToString());
  }
  std::string operator()(const CloseOpenSlot& s) const {
    return fmt::format("{} {} {} {}", s.owner_id, s.target_id, s.slots.ToString(),
                       s.resolution == CloseOpenSlot::Resolution::kFinish ? "finish" : "undo");
  }
  std::string operator()(const SetConfig& s) const {
    std::string text = Ids(s.node_ids);
    for (const auto& [name, value] : s.settings) {
      text += fmt::format(" {}={}", name, value);
    }
    return text;
  }
  // All others are their nodes.
  template <typename Other>
  std::string operator()(const Other& s) const {
    return Ids(NodesOf(StepKind(s)));
  }

  static std::string Ids(const std::vector<NodeId>& ids) {
    std::string text;
    for (const NodeId& id : ids) {
      text += id;
      text += ' ';
    }
    return text;
  }
};

}  // namespace

std::string DigestOf(const Plan& plan) {
  std::string canonical;
  for (const Step& step : plan.steps) {
    canonical += fmt::format("{} {} {} after", step.id, KindName(step.kind),
                             std::visit(FullText{}, step.kind));
    for (const std::string& id : step.depends_on) {
      canonical += ' ' + id;
    }
    canonical += '\n';
  }
  for (const Blocked& blocked : plan.blocked) {
    canonical += fmt::format("blocked {} {}", CodeName(blocked.code), CodeName(blocked.finding));
    if (blocked.wanted.has_value()) {
      canonical += fmt::format(" {} {}", KindName(blocked.wanted->kind),
                               std::visit(FullText{}, blocked.wanted->kind));
    }
    canonical += '\n';
  }
  return Digest(canonical);
}

}  // namespace redisop
