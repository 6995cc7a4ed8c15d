#include "services/k8s-bridge/controller/view_watch.h"

#include <algorithm>

namespace redisop {
namespace {

constexpr absl::Duration kHeartbeat = absl::Seconds(30);

// The node to watch: the one that is watched, or the one after it in the order of pods.
const NodeObservation* ChooseNode(const Pass& pass, bool next) {
  std::vector<const NodeObservation*> answering;
  for (const NodeObservation& seen : pass.observations) {
    if (seen.answers) {
      answering.push_back(&seen);
    }
  }
  if (answering.empty()) {
    return nullptr;
  }
  auto at = std::find_if(answering.begin(), answering.end(), [&](const NodeObservation* seen) {
    return seen->pod_uid == pass.memory.watched_pod_uid;
  });
  if (at == answering.end()) {
    return answering.front();
  }
  return next && ++at == answering.end() ? answering.front() : *at;
}

}  // namespace

void WatchOneView(Pass& pass) {
  ClusterMemory& memory = pass.memory;
  const bool ended = memory.wake_ups->TakeWatchEnded();
  const NodeObservation* node = ChooseNode(pass, ended);
  if (node == nullptr) {
    memory.watch.reset();
    memory.watched_pod_uid.clear();
    return;
  }
  memory.wake_ups->Saw(node->view_digest, memory.execution != nullptr);
  if (memory.watch != nullptr && !ended && memory.watched_pod_uid == node->pod_uid) {
    return;
  }
  memory.watch.reset();
  memory.watched_pod_uid = node->pod_uid;
  auto wake_ups = memory.wake_ups;
  memory.watch = pass.context.agents.WatchNode(
      pass.agents.at(node->pod_uid), kHeartbeat,
      [wake_ups, wake = pass.context.wake, key = pass.key](const std::string& view_digest) {
        if (wake_ups->IsNews(view_digest)) {
          wake(key);
        }
      },
      [wake_ups, wake = pass.context.wake, key = pass.key](const absl::Status&) {
        wake_ups->WatchEnded();
        wake(key);
      });
}

}  // namespace redisop
