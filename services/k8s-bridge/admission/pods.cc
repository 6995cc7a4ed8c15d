#include <fmt/format.h>

#include <algorithm>

#include "services/k8s-bridge/admission/rules.h"

namespace redisop::admission {

Verdict Check(const CreatePod& step, const StepSize&, const AdmissionFacts& facts) {
  const std::string name = fmt::format("{}-{}-{}", facts.spec.name, step.shard, step.member);
  if (step.pod != name) {
    return Refusal{BlockedCode::kNotSupported,
                   fmt::format("pod {} is not named {} as its place says", step.pod, name)};
  }
  const ClusterSnapshot& snapshot = facts.snapshot;
  const bool taken = std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                                 [&](const Node& node) { return node.pod == step.pod; }) ||
                     std::any_of(snapshot.pods.begin(), snapshot.pods.end(),
                                 [&](const Pod& pod) { return pod.name == step.pod; });
  if (taken) {
    return Refusal{BlockedCode::kMustWait, fmt::format("pod {} is still there", step.pod)};
  }
  return kAdmitted;
}

namespace {

// A pod that never was a node: only when it can't be one that just does not answer.
Verdict CheckWithoutNode(const DeletePod& step, const AdmissionFacts& facts) {
  const ClusterSnapshot& snapshot = facts.snapshot;
  auto pod = std::find_if(snapshot.pods.begin(), snapshot.pods.end(),
                          [&](const Pod& p) { return p.uid == step.pod_uid; });
  if (pod == snapshot.pods.end()) {
    return Refusal{BlockedCode::kNodeNotObserved,
                   fmt::format("pod {} with UID {} is not there", step.pod, step.pod_uid)};
  }
  if (pod->host.empty()) {
    return kAdmitted;
  }
  auto lost = std::find_if(snapshot.nodes.begin(), snapshot.nodes.end(),
                           [](const Node& node) { return node.pod.empty(); });
  if (lost != snapshot.nodes.end()) {
    return Refusal{
        BlockedCode::kNodeNotObserved,
        fmt::format("pod {} may be node {}, which did not answer", step.pod, ShortId(lost->id))};
  }
  return kAdmitted;
}

}  // namespace

Verdict Check(const DeletePod& step, const StepSize&, const AdmissionFacts& facts) {
  if (step.pod_uid.empty()) {
    return Refusal{BlockedCode::kNotSupported,
                   fmt::format("the step does not name the UID of pod {}", step.pod)};
  }
  if (step.node_id.empty()) {
    return CheckWithoutNode(step, facts);
  }
  const Node* node = nullptr;
  if (Verdict refused = NeedObserved(step.node_id, facts, &node)) {
    return refused;
  }
  if (node->pod_uid != step.pod_uid || node->pod != step.pod) {
    return Refusal{BlockedCode::kNodeNotObserved,
                   fmt::format("node {} is in another pod than {}", NameOf(*node), step.pod)};
  }
  if (Verdict refused = NeedDispensable(*node, facts)) {
    return refused;
  }
  for (const Node& other : facts.snapshot.nodes) {
    if (other.id == node->id || other.unobserved) {
      continue;
    }
    // A node that others still know comes back into their tables by gossip, as a ghost.
    if (std::find(other.unknown_ids.begin(), other.unknown_ids.end(), node->id) ==
        other.unknown_ids.end()) {
      return Refusal{BlockedCode::kMustWait,
                     fmt::format("{} still knows {}", NameOf(other), NameOf(*node))};
    }
  }
  return kAdmitted;
}

}  // namespace redisop::admission
