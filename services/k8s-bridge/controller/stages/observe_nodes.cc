// One snapshot of the cluster: every agent is asked at the same time, and what did not answer is in
// the snapshot as unobserved.

#include <fmt/format.h>

#include <algorithm>

#include "services/k8s-bridge/controller/pass.h"
#include "services/k8s-bridge/controller/stage.h"

namespace redisop {
namespace {

constexpr absl::Duration kObserveTimeout = absl::Seconds(1);
// Pods that start are asked again soon; after a while, less often.
constexpr absl::Duration kStartingPoll = absl::Milliseconds(100);
constexpr absl::Duration kWaitingPoll = absl::Seconds(1);
constexpr absl::Duration kStartingMax = absl::Seconds(30);

void Observe(Pass& pass) {
  std::vector<AgentAddress> agents;
  for (const MemberPodState& pod : pass.pods) {
    if (!pod.ip.empty() && !pod.finished) {
      const bool ipv6 = pod.ip.find(':') != std::string::npos;
      agents.push_back({pod.uid, fmt::format(fmt::runtime(ipv6 ? "[{}]:{}" : "{}:{}"), pod.ip,
                                             pass.context.pod_parts.agent_port)});
      pass.agents[pod.uid] = agents.back();
    }
  }
  std::vector<absl::StatusOr<NodeObservation>> results =
      pass.context.agents.Observe(agents, kObserveTimeout);
  for (size_t i = 0; i < results.size(); ++i) {
    if (!results[i].ok()) {
      pass.log.Debug("Agent did not answer",
                     {{"node", agents[i].target}, {"err", results[i].status()}});
      continue;
    }
    // Another pod that got the address is not the one that was asked for.
    if (results[i]->pod_uid == agents[i].pod_uid) {
      pass.observations.push_back(*std::move(results[i]));
    }
  }
}

bool ServesEverySlot(const ClusterSnapshot& snapshot) {
  SlotSet owned;
  for (const Node& node : snapshot.nodes) {
    if (node.unobserved || !node.unknown_ids.empty()) {
      return false;
    }
    owned.Add(node.slots);
  }
  return owned.size() == kSlotCount;
}

void RememberNodes(Pass& pass) {
  std::map<std::string, NodeId> ids;
  for (const MemberPodState& pod : pass.pods) {
    if (auto known = pass.memory.last_ids.find(pod.uid); known != pass.memory.last_ids.end()) {
      ids.insert(*known);
    }
  }
  for (const NodeObservation& seen : pass.observations) {
    if (seen.answers) {
      ids[seen.pod_uid] = seen.view.self.id;
    }
  }
  pass.memory.last_ids = std::move(ids);
}

// Comes back while pods have an address but no node that answers.
void AwaitStartingPods(Pass& pass) {
  const size_t answering =
      static_cast<size_t>(std::count_if(pass.observations.begin(), pass.observations.end(),
                                        [](const NodeObservation& seen) { return seen.answers; }));
  const absl::Duration now = pass.context.clock.Monotonic();
  if (answering >= pass.agents.size()) {
    pass.memory.starting_since.reset();
    return;
  }
  const absl::Duration since = pass.memory.starting_since.value_or(now);
  pass.memory.starting_since = since;
  pass.ComeBackAfter(now - since < kStartingMax ? kStartingPoll : kWaitingPoll);
}

}  // namespace

StageResult ObserveNodes(Pass& pass) {
  Observe(pass);
  RememberNodes(pass);
  AwaitStartingPods(pass);
  pass.snapshot = AssembleSnapshot(pass.pods, pass.observations, pass.memory.last_ids, pass.hosts,
                                   pass.cluster->meta.uid, pass.memory.formed);
  std::vector<NodeView> views;
  for (const NodeObservation& seen : pass.observations) {
    if (seen.answers) {
      views.push_back(seen.view);
    }
  }
  pass.claims = ClaimsOf(views);
  pass.disputed_roles = DisputedRoles(views);
  if (!pass.memory.formed && ServesEverySlot(pass.snapshot)) {
    pass.memory.formed = true;
    pass.snapshot.formed = true;
  }
  // Of a formed cluster from which nothing is heard nothing may be concluded.
  if (views.empty() && pass.memory.formed && !pass.pods.empty() && !pass.leaving) {
    return StageResult::RequeueAfter(kWaitingPoll, "NoNodeAnswered");
  }
  pass.observed = true;
  return StageResult::Continue();
}

}  // namespace redisop
