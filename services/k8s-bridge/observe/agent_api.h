// The seam to the agents: everything above it is written against this interface and plain values;
// grpc_agent_api.h is the real one. Thread-safe.
//
// Errors of single calls are those of redisoperator.agent.v1.AgentService: kNotFound the pod is not
// there (the map is old), kFailedPrecondition "REASON: text" the agent refused (observe and plan
// again), kUnavailable or kDeadlineExceeded it did not answer (outcome unknown: the next
// observation shows what runs).

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_API_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_API_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/model/node_view.h"
#include "common/model/plan.h"

namespace redisop {

// One redis-server and how its agent is reached. The UID decides, never the address alone.
struct AgentAddress {
  std::string pod_uid;
  std::string target;  // "10.0.0.1:9091"
  friend bool operator==(const AgentAddress&, const AgentAddress&) = default;
};

// How a step stands at one agent.
struct AgentStep {
  enum class State { kRunning, kDone, kFailed };
  std::string id;
  State state = State::kRunning;
  std::string refusal;  // name of Refusal.Code, empty when there is none
  std::string text;
  int slots_done = 0;
  int slots_total = 0;
  uint64_t keys_moved = 0;
  uint64_t bytes_moved = 0;
  double seconds = 0;
  double seconds_left = 0;
  std::optional<Step> step;
};

// One reading of one node.
struct NodeObservation {
  std::string pod_uid;
  std::string cluster_uid;
  bool answers = false;  // redis-server answered; otherwise only `error` and `steps` count
  std::string error;
  NodeView view;
  std::string state_digest;
  std::string view_digest;
  std::vector<AgentStep> steps;  // running, or ended within the last minutes
  double age_seconds = 0;
};

// What an acting call proves to the agent.
struct Fence {
  int64_t token = 0;  // of the leadership
  std::string cluster_uid;
  std::string node_id;       // expected there
  std::string state_digest;  // of the observation the step was admitted on; empty: not compared
};

struct StartRequest {
  AgentAddress agent;
  std::string step_id;
  Fence fence;
  Step step;                              // with node ids, never pod names
  std::map<NodeId, std::string> peers;    // addresses of nodes
  std::optional<absl::Duration> timeout;  // unset: until it is done
};

struct CancelRequest {
  AgentAddress agent;
  std::string step_id;
  Fence fence;
};

// A running watch of one node. Destruction ends it; afterwards no callback runs.
class NodeWatch {
 public:
  virtual ~NodeWatch() = default;
};

class AgentApi {
 public:
  virtual ~AgentApi() = default;

  // Readings of all, made at the same time; in the order of `agents`. Takes at most `timeout`.
  virtual std::vector<absl::StatusOr<NodeObservation>> Observe(
      const std::vector<AgentAddress>& agents, absl::Duration timeout) = 0;

  // Starts steps at the same time; in the order of `requests`. Repeating an id does nothing twice.
  virtual std::vector<absl::StatusOr<AgentStep>> StartSteps(
      const std::vector<StartRequest>& requests, absl::Duration timeout) = 0;

  // Asks steps to stop at their next safe point.
  virtual std::vector<absl::Status> CancelSteps(const std::vector<CancelRequest>& requests,
                                                absl::Duration timeout) = 0;

  // Calls `changed` once: when the step has ended, or the agent can't be asked any more, or after
  // `timeout`. Does not block. `changed` runs on another thread and must return soon.
  virtual void NotifyWhenEnded(const AgentAddress& agent, const std::string& step_id,
                               absl::Duration timeout, std::function<void()> changed) = 0;

  // Calls `changed` with each new view digest (first the current one), and `ended` once, last, when
  // the stream breaks. Both on another thread; they must return soon and not destroy the watch.
  virtual std::unique_ptr<NodeWatch> WatchNode(
      const AgentAddress& agent, absl::Duration heartbeat,
      std::function<void(const std::string& view_digest)> changed,
      std::function<void(absl::Status)> ended) = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_OBSERVE_AGENT_API_H_
