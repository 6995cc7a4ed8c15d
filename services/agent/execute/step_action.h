// How one kind of step is carried out, and what it may use for that. One file per kind; actions.h
// lists them all.
//
//   class PromoteReplicaAction : public StepAction {
//     StepOutcome Run(StepContext& context) override {
//       ASSIGN_OR_RETURN(auto redis, context.ConnectLocal());
//       …
//       return "promoted in 0.04 s";
//     }
//   };
//
// An action runs on a thread of its own, but starts none: it is written against the seams of its
// context (connector, clock, control), so that tests and a simulator own time and network.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_ACTION_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_ACTION_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/model/plan.h"
#include "common/redis/redis_connection.h"
#include "services/agent/execute/refusal.h"
#include "services/agent/instances/instance.h"

namespace redisop {

class InstanceMemory;

// What the caller proves and asks: redisoperator.agent.v1.Fence and StartStepRequest.
struct Fence {
  uint64_t token = 0;
  std::string cluster_uid;
  std::string pod_uid;
  NodeId node_id;
  std::string state_digest;
};

struct StepRequest {
  std::string step_id;
  Fence fence;
  Step step;
  std::map<NodeId, RedisAddress> peers;
  // Infinite for steps that may take as long as they need.
  absl::Duration timeout = absl::Seconds(30);
};

// How far a step is.
struct StepProgress {
  int slots_done = 0;
  int slots_total = 0;
  uint64_t keys_moved = 0;
  uint64_t bytes_moved = 0;
  double seconds_left = 0;  // estimate; 0: not known
  friend bool operator==(const StepProgress&, const StepProgress&) = default;
};

// A running step as seen from inside. The seam between actions and threads. One thread calls it.
class StepControl {
 public:
  virtual ~StepControl() = default;

  // True once the caller asked to stop, or the agent ends. Look at each safe point.
  virtual bool cancelled() const = 0;

  // Lets `duration` pass; shorter when the step is cancelled meanwhile.
  virtual void Pause(absl::Duration duration) = 0;

  // Makes progress visible. Cheap; at most some hundred times a second.
  virtual void Report(const StepProgress& progress) = 0;
};

// What a step was done with, in one line for people; or why it ended: Refuse(…), or the error of a
// connection (which becomes REDIS_ERROR).
using StepOutcome = absl::StatusOr<std::string>;

// All references outlive the step.
class StepContext {
 public:
  StepContext(const Instance& instance, const StepRequest& request, RedisConnector& connector,
              const Clock& clock, StepControl& control, InstanceMemory& memory);

  const Instance& instance() const { return instance_; }
  const StepRequest& request() const { return request_; }
  // The arguments. Requires: the step is of this kind.
  template <typename Kind>
  const Kind& As() const {
    return std::get<Kind>(request_.step.kind);
  }
  RedisConnector& connector() { return connector_; }
  const Clock& clock() const { return clock_; }
  StepControl& control() { return control_; }
  InstanceMemory& memory() { return memory_; }

  // Until the step's timeout, at least zero; infinite without one.
  absl::Duration TimeLeft() const;

  // OK; CANCELLED when the caller asked to stop; TIMED_OUT when the time is over.
  absl::Status CheckGoOn() const;

  // A new connection to the instance's own redis-server.
  absl::StatusOr<std::unique_ptr<RedisConnection>> ConnectLocal();

  // A new connection to a node among request().peers. Asks who answers there: PEER_CHANGED when it
  // is another node; kFailedPrecondition too when the caller gave no address for `id`.
  absl::StatusOr<std::unique_ptr<RedisConnection>> ConnectPeer(const NodeId& id);

  // The same for many at a time: all are asked before the first answer is awaited. Connections in
  // the order of `ids`, or the error of each.
  std::vector<absl::StatusOr<std::unique_ptr<RedisConnection>>> ConnectPeers(
      const std::vector<NodeId>& ids);

  // Asks `condition` every few milliseconds (2 ms first, up to 20 ms) until it is true. Its error,
  // CANCELLED, or TIMED_OUT with "waiting for <what>" after `limit` or the step's own time.
  absl::Status WaitUntil(std::string_view what, absl::Duration limit,
                         const std::function<absl::StatusOr<bool>()>& condition);

 private:
  const Instance& instance_;
  const StepRequest& request_;
  RedisConnector& connector_;
  const Clock& clock_;
  StepControl& control_;
  InstanceMemory& memory_;
  // Connects and sends the question who answers.
  absl::StatusOr<std::unique_ptr<RedisConnection>> AskPeer(const NodeId& id);
  absl::Status CheckAnswer(const NodeId& id, RedisConnection& connection);

  absl::Duration deadline_;  // of clock_.Monotonic()
};

class StepAction {
 public:
  virtual ~StepAction() = default;

  // Carries out context.request().step. Is made anew for each step and called once. Repeating a
  // step that is done already must do nothing and succeed.
  virtual StepOutcome Run(StepContext& context) = 0;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_STEP_ACTION_H_
