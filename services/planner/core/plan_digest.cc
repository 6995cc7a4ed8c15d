#include "services/planner/core/plan_digest.h"

#include <initializer_list>
#include <string>
#include <string_view>

#include "common/base/digest.h"
#include "services/planner/core/step.h"

namespace redisop {
namespace {

void Append(std::initializer_list<std::string_view> words, std::string& out) {
  for (const std::string_view word : words) {
    out += word;
  }
}

// Appends every argument of a step, none shortened.
struct FullText {
  std::string& out;
  const StepKind& kind;

  void operator()(const CreatePod& s) const {
    Append({s.pod, " ", s.shard, " ", std::to_string(s.member), " ", s.zone}, out);
    for (const std::string& host : s.not_on_hosts) {
      Append({" ", host}, out);
    }
  }
  void operator()(const DeletePod& s) const {
    Append({s.pod, " ", s.pod_uid, " ", s.node_id}, out);
  }
  void operator()(const SetConfigEpoch& s) const {
    Append({s.node_id, " ", std::to_string(s.epoch)}, out);
  }
  void operator()(const AssignSlots& s) const { Append({s.node_id, " ", s.slots.ToString()}, out); }
  void operator()(const MigrateSlots& s) const {
    Append({s.source_id, " ", s.target_id, " ", s.slots.ToString()}, out);
  }
  void operator()(const CloseOpenSlot& s) const {
    Append({s.owner_id, " ", s.target_id, " ", s.slots.ToString(),
            s.resolution == CloseOpenSlot::Resolution::kFinish ? " finish" : " undo"},
           out);
  }
  void operator()(const SetConfig& s) const {
    for (const NodeId& id : s.node_ids) {
      Append({id, " "}, out);
    }
    for (const auto& [name, value] : s.settings) {
      Append({" ", name, "=", value}, out);
    }
  }
  // All others are their nodes.
  template <typename Other>
  void operator()(const Other&) const {
    for (const std::string_view id : NodesOf(kind)) {
      Append({id, " "}, out);
    }
  }
};

void AppendKind(const StepKind& kind, std::string& out) {
  Append({" ", KindName(kind), " "}, out);
  std::visit(FullText{out, kind}, kind);
}

}  // namespace

std::string DigestOf(const Plan& plan) {
  std::string canonical;
  for (const Step& step : plan.steps) {
    canonical += step.id;
    AppendKind(step.kind, canonical);
    canonical += " after";
    for (const std::string& id : step.depends_on) {
      Append({" ", id}, canonical);
    }
    canonical += '\n';
  }
  for (const Blocked& blocked : plan.blocked) {
    Append({"blocked ", CodeName(blocked.code), " ", CodeName(blocked.finding)}, canonical);
    if (blocked.wanted.has_value()) {
      AppendKind(blocked.wanted->kind, canonical);
    }
    canonical += '\n';
  }
  return Digest(canonical);
}

}  // namespace redisop
