#include "services/k8s-bridge/status/conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace redisop {
namespace {

struct Verdict {
  std::string_view status;
  std::string reason;
  std::string message;
};

Verdict True(std::string reason, std::string message) {
  return {"True", std::move(reason), std::move(message)};
}
Verdict False(std::string reason, std::string message) {
  return {"False", std::move(reason), std::move(message)};
}
Verdict Unknown(std::string reason, std::string message) {
  return {"Unknown", std::move(reason), std::move(message)};
}

bool Serves(const Node& node) {
  return node.role == Role::kPrimary && !node.slots.empty() && !node.unobserved &&
         !node.state_fail && !node.loading && node.health != Health::kFailed;
}

// "NEEDS_ALLOW_DATA_LOSS" to "NeedsAllowDataLoss".
std::string CamelCase(std::string_view code) {
  std::string text;
  bool up = true;
  for (char c : code) {
    if (c == '_') {
      up = true;
      continue;
    }
    const bool letter = c >= 'A' && c <= 'Z';
    text += letter && !up ? static_cast<char>(c - 'A' + 'a') : c;
    up = false;
  }
  return text;
}

Verdict SlotsCovered(const Situation& now) {
  const int served = ServedSlots(now.snapshot).size();
  if (served == kSlotCount) {
    return True("AllSlotsServed", "Every slot has a serving primary");
  }
  return False("SlotsUncovered", fmt::format("{} of {} slots have no serving primary",
                                             kSlotCount - served, kSlotCount));
}

Verdict ReplicationHealthy(const Situation& now) {
  int missing = 0;
  std::string first;
  for (const Node& primary : now.snapshot.nodes) {
    if (primary.role != Role::kPrimary || primary.slots.empty()) {
      continue;
    }
    const auto in_sync =
        std::count_if(now.snapshot.nodes.begin(), now.snapshot.nodes.end(), [&](const Node& node) {
          return node.role == Role::kReplica && node.primary_id == primary.id && !node.unobserved &&
                 node.link == Link::kInSync;
        });
    const int lacking = now.spec.replication_factor - static_cast<int>(in_sync);
    if (lacking > 0) {
      missing += lacking;
      first = first.empty() ? primary.shard : first;
    }
  }
  if (missing == 0 && ServingPrimaries(now.snapshot) > 0) {
    return True("ReplicasInSync", "Every promised replica is in sync");
  }
  return missing == 0
             ? False("NoPrimaries", "No primary serves slots")
             : False("ReplicasNotInSync",
                     fmt::format("{} replicas are missing or not in sync, first in shard {}",
                                 missing, first));
}

Verdict Progressing(const Situation& now) {
  if (now.plan.has_value() && now.plan->running) {
    return True("PlanRunning", fmt::format("{}: {} of {} steps done", now.plan->summary,
                                           now.plan->steps_done, now.plan->steps));
  }
  return False("NothingRuns", "No plan is carried out");
}

const Blocked* FirstBlocked(const Situation& now) {
  if (!now.plan.has_value() || now.plan->blocked.empty()) {
    return nullptr;
  }
  return &*std::min_element(now.plan->blocked.begin(), now.plan->blocked.end(),
                            [](const Blocked& a, const Blocked& b) { return a.code < b.code; });
}

Verdict PlanBlocked(const Situation& now) {
  const Blocked* first = FirstBlocked(now);
  // What only has to wait while a plan runs is progress, not an obstacle.
  if (first != nullptr && !(first->code == BlockedCode::kMustWait && now.plan->running)) {
    return True(CamelCase(CodeName(first->code)), first->text);
  }
  if (now.plan.has_value() && now.plan->waiting_for_approval) {
    return True("AwaitingApproval",
                fmt::format("Annotate redisoperator.io/approved-plan={} to run: {}",
                            now.plan->digest, now.plan->summary));
  }
  return False("NotBlocked", "Nothing that is wanted is held back");
}

Verdict Degraded(const Situation& now) {
  if (!now.problem.empty()) {
    return True("StageFailed", now.problem);
  }
  for (const Node& node : now.snapshot.nodes) {
    if (node.health == Health::kFailed || (node.unobserved && now.snapshot.formed)) {
      return True(node.health == Health::kFailed ? "NodeFailed" : "NodeNotObserved",
                  fmt::format("{} {}", node.pod.empty() ? ShortId(node.id) : node.pod,
                              node.health == Health::kFailed ? "failed" : "did not answer"));
    }
  }
  return False("AllWell", "No failure is known");
}

Verdict ViewsAgree(const Situation& now) {
  const SlotSet disputed = DisputedSlots(now.claims);
  if (!disputed.empty()) {
    return False("ViewsDiffer",
                 fmt::format("Nodes differ on the owner of {} slots", disputed.size()));
  }
  for (const Node& node : now.snapshot.nodes) {
    if (!node.unknown_ids.empty() && !node.leaving) {
      return False("ViewsDiffer", fmt::format("{} does not know {} other nodes",
                                              node.pod.empty() ? ShortId(node.id) : node.pod,
                                              node.unknown_ids.size()));
    }
    if (!node.open_slots.empty()) {
      return False("SlotsOpen",
                   fmt::format("{} has {} open slots", node.pod, node.open_slots.size()));
    }
    if (node.unobserved) {
      return False("NodeNotObserved", fmt::format("{} did not answer",
                                                  node.pod.empty() ? ShortId(node.id) : node.pod));
    }
  }
  return True("ViewsAgree", "");
}

Verdict ShapeAsDeclared(const Situation& now) {
  const int primaries = ServingPrimaries(now.snapshot);
  const int replicas = ReplicasInSync(now.snapshot);
  const int wished = now.spec.number_of_primaries;
  if (primaries != wished || replicas != wished * now.spec.replication_factor ||
      now.snapshot.nodes.size() !=
          static_cast<size_t>(wished * (1 + now.spec.replication_factor))) {
    return False(now.snapshot.formed ? "Scaling" : "Forming",
                 fmt::format("{} of {} primaries and {} of {} replicas serve", primaries, wished,
                             replicas, wished * now.spec.replication_factor));
  }
  return True("ShapeAsDeclared", "");
}

Verdict NoStepWanted(const Situation& now) {
  if (const Blocked* first = FirstBlocked(now)) {
    return False("PlanBlocked", first->text);
  }
  if (now.plan.has_value() && now.plan->steps > now.plan->steps_done) {
    return False(now.plan->running ? "PlanRunning" : "PlanWaits", now.plan->summary);
  }
  if (!now.planned) {
    return Unknown("NotPlanned", now.problem.empty() ? "No plan could be made" : now.problem);
  }
  return True("NoStepWanted", "");
}

Verdict Ready(const Situation& now) {
  for (const Verdict& part :
       {now.snapshot.formed ? SlotsCovered(now) : ShapeAsDeclared(now), ShapeAsDeclared(now),
        ReplicationHealthy(now), SlotsCovered(now), ViewsAgree(now), NoStepWanted(now)}) {
    if (part.status != "True") {
      return part;
    }
  }
  return True("Ready", fmt::format("{} primaries serve {} slots, {} replicas are in sync",
                                   ServingPrimaries(now.snapshot), kSlotCount,
                                   ReplicasInSync(now.snapshot)));
}

}  // namespace

SlotSet ServedSlots(const ClusterSnapshot& snapshot) {
  SlotSet served;
  for (const Node& node : snapshot.nodes) {
    if (Serves(node)) {
      served.Add(node.slots);
    }
  }
  return served;
}

int ServingPrimaries(const ClusterSnapshot& snapshot) {
  return static_cast<int>(std::count_if(snapshot.nodes.begin(), snapshot.nodes.end(), Serves));
}

int ReplicasInSync(const ClusterSnapshot& snapshot) {
  return static_cast<int>(
      std::count_if(snapshot.nodes.begin(), snapshot.nodes.end(), [&](const Node& node) {
        const Node* primary = snapshot.Find(node.primary_id);
        return node.role == Role::kReplica && !node.unobserved && node.link == Link::kInSync &&
               primary != nullptr && Serves(*primary);
      }));
}

const Condition* FindCondition(const std::vector<Condition>& conditions, std::string_view type) {
  auto at = std::find_if(conditions.begin(), conditions.end(),
                         [&](const Condition& condition) { return condition.type == type; });
  return at == conditions.end() ? nullptr : &*at;
}

std::vector<Condition> ComputeConditions(const Situation& now, const std::vector<Condition>& before,
                                         absl::Time time) {
  std::vector<Condition> conditions;
  auto add = [&](std::string_view type, const Verdict& verdict) {
    const Condition* old = FindCondition(before, type);
    conditions.push_back({.type = std::string(type),
                          .status = std::string(verdict.status),
                          .reason = verdict.reason,
                          .message = verdict.message,
                          .last_transition = old != nullptr && old->status == verdict.status
                                                 ? old->last_transition
                                                 : time,
                          .observed_generation = now.generation});
  };
  const Verdict paused = now.paused ? True("SpecPaused", "spec.paused is true: only observed")
                                    : False("NotPaused", "The operator acts");
  if (!now.invalid.empty() || !now.observed) {
    const Verdict why =
        now.invalid.empty()
            ? Unknown("NotObserved", now.problem.empty() ? "No node answered" : now.problem)
            : False("InvalidSpec", now.invalid);
    const Verdict unknown = Unknown(why.reason, why.message);
    add("Ready", why);
    add("SlotsCovered", unknown);
    add("ReplicationHealthy", unknown);
    add("Progressing", now.invalid.empty() ? Progressing(now) : False(why.reason, why.message));
    add("Degraded", True(why.reason, why.message));
    add("PlanBlocked", now.invalid.empty() ? PlanBlocked(now) : True(why.reason, why.message));
    add("Paused", paused);
    return conditions;
  }
  add("Ready", Ready(now));
  add("SlotsCovered", SlotsCovered(now));
  add("ReplicationHealthy", ReplicationHealthy(now));
  add("Progressing", Progressing(now));
  add("Degraded", Degraded(now));
  add("PlanBlocked", PlanBlocked(now));
  add("Paused", paused);
  return conditions;
}

}  // namespace redisop
