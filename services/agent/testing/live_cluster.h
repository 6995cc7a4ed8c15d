// For tests: a Redis Cluster of real servers, a client of it that follows redirections, and a step
// run against it.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_TESTING_LIVE_CLUSTER_H_
#define REDIS_OPERATOR_SERVICES_AGENT_TESTING_LIVE_CLUSTER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/redis/redis_connection.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"
#include "services/agent/execute/step_action.h"
#include "services/agent/instances/disk.h"
#include "services/agent/instances/instance_memory.h"

namespace redisop {

// The slot of a key without braces.
int SlotOf(std::string_view key);

// A key of `slot`; another one for each `number`.
std::string KeyOf(int slot, int number);

struct LiveNode {
  NodeId id;
  int port = 0;
  Instance instance;
  std::unique_ptr<Process> server;
  std::unique_ptr<RedisConnection> redis;
};

// Ends the test program when a server can't be started. Slots are dealt evenly to the primaries
// that are to have some; node `primaries + i` is a replica of node i.
class LiveCluster {
 public:
  LiveCluster(int primaries, int primaries_with_slots, int replicas);

  LiveNode& node(int index) { return nodes_[static_cast<size_t>(index)]; }
  int size() const { return static_cast<int>(nodes_.size()); }
  RedisConnector& connector() { return *connector_; }

  // Asks a node; an error reply, too, is a value. A lost connection ends the program.
  Reply Ask(int node, const RedisCommand& command);

  // The slots of a node, in its own eyes.
  SlotSet SlotsOf(int node);
  // Slots with a mark, in the eyes of their node, of all nodes.
  int OpenSlots();
  // Whether all nodes that are up see the same owners and say cluster_state ok.
  bool Agrees();

  std::map<NodeId, RedisAddress> Addresses() const;

 private:
  void Form(int primaries, int primaries_with_slots);

  TempDir dir_;
  std::unique_ptr<RedisConnector> connector_;
  std::vector<LiveNode> nodes_;
};

// Follows MOVED and ASK. One thread. Remembers per key where it was last.
class LiveClient {
 public:
  // `cluster` must outlive this.
  explicit LiveClient(LiveCluster& cluster) : cluster_(cluster) {}

  // The reply for `command`, whose second word is the key. Redirections, TRYAGAIN and CLUSTERDOWN
  // are followed or repeated at most 100 times; then the last reply.
  Reply Call(const RedisCommand& command);

 private:
  RedisConnection* At(int port);

  LiveCluster& cluster_;
  std::map<int, std::unique_ptr<RedisConnection>> connections_;
  std::map<std::string, int> ports_;
};

// What a step reported, and when it is to stop.
class LiveControl : public StepControl {
 public:
  bool cancelled() const override { return progress.slots_done >= cancel_after_slots; }
  void Pause(absl::Duration duration) override;
  void Report(const StepProgress& now) override;

  StepProgress progress;
  std::vector<StepProgress> reports;
  int cancel_after_slots = 1 << 20;
};

// A connector that goes on like the real one for `calls` calls of its connections, then all of them
// fail for ever: what the servers see of an executor that is killed. With `lose_replies` the call
// that fails still reaches the server.
class FailingConnector : public RedisConnector {
 public:
  FailingConnector(RedisConnector& real, int calls, bool lose_replies)
      : real_(real), calls_left_(calls), lose_replies_(lose_replies) {}

  absl::StatusOr<std::unique_ptr<RedisConnection>> Connect(const RedisAddress& address,
                                                           absl::Duration timeout) override;
  bool failed() const { return calls_left_ < 0; }

 private:
  class Connection;

  RedisConnector& real_;
  int calls_left_;
  const bool lose_replies_;
};

// Runs a step beside the node `at`.
StepOutcome RunStep(
    LiveCluster& cluster, int at, const StepKind& kind, RedisConnector& connector,
    LiveControl& control, const std::function<void(StepRequest&)>& change = [](StepRequest&) {});

// Runs it with real connections.
StepOutcome RunStep(LiveCluster& cluster, int at, const StepKind& kind);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_TESTING_LIVE_CLUSTER_H_
