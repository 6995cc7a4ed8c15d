// Real redis-servers with everything of the agent but gRPC, for tests of steps.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_TESTING_AGENT_FIXTURE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_TESTING_AGENT_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/redis/redis_connection.h"
#include "common/testing/redis_process.h"
#include "common/testing/temp_dir.h"
#include "services/agent/execute/step_executor.h"
#include "services/agent/managed_instance.h"
#include "services/agent/worker_pool.h"

namespace redisop {

class AgentFixture : public ::testing::Test {
 protected:
  AgentFixture();
  ~AgentFixture() override;

  // Starts `count` more servers of one cluster; each is a shard of its own by its labels.
  void StartNodes(int count, int node_timeout_milliseconds = 5000,
                  const std::string& cluster_uid = "cluster-uid");

  RedisProcess& redis(int i) { return *processes_[static_cast<size_t>(i)]; }
  int size() const { return static_cast<int>(processes_.size()); }
  std::shared_ptr<ManagedInstance> managed(int i);
  const NodeId& id(int i) const { return ids_[static_cast<size_t>(i)]; }
  std::vector<NodeId> ids() const { return ids_; }

  Observation Observe(int i, Depth depth = Depth::kFull);

  // One command to a server over its socket; a failure of the test when there is no answer.
  Reply Command(int i, const RedisCommand& command);

  // A request with a fence that holds, and the addresses of all nodes.
  StepRequest Request(int i, StepKind kind);

  // Starts a step on node i. The state now.
  absl::StatusOr<StepState> Start(int i, const StepRequest& request);
  // The state once the step has ended; a failure of the test after half a minute.
  StepState AwaitEnd(int i, const std::string& step_id);
  // Starts and awaits. A refusal at the start is a failed state.
  StepState Run(int i, StepKind kind);
  // The same kind on all nodes at a time.
  std::vector<StepState> RunOnAll(const StepKind& kind);

  // Forms a cluster of all nodes: the first `primaries` own all slots in equal parts, the others
  // copy them in turn. Only through steps.
  void Form(int primaries);

  TempDir instances_dir_;
  std::unique_ptr<RedisConnector> connector_;
  InstanceSet instances_;
  WorkerPool pool_{512, 4096};
  StepExecutor executor_;

 private:
  std::vector<std::unique_ptr<RedisProcess>> processes_;
  std::vector<NodeId> ids_;
  int next_step_ = 0;
};

// The part of `index` when all slots are dealt to `count`.
SlotSet SlotsOfPart(int index, int count);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_TESTING_AGENT_FIXTURE_H_
