// Formation of a Redis Cluster from running, empty servers: the planner and agents as in a pod,
// driven by the bridge's own execution of plans, against `redis-cli --cluster create`, one after
// the other in the same run. The clock stops when every node says ok, knows all others, has every
// link up, and every replica is in sync.
//
//   formation_bench [NODES...]    default 6 30 60; one replica each

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "bench/formation/redis_park.h"
#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/testing/free_port.h"
#include "services/k8s-bridge/execution/plan_execution.h"
#include "services/k8s-bridge/observe/assemble_snapshot.h"
#include "services/k8s-bridge/observe/grpc_agent_api.h"
#include "services/k8s-bridge/planner/grpc_planner_api.h"

namespace redisop::bench {
namespace {

constexpr absl::Duration kTimeout = absl::Minutes(1);
constexpr int kRepeats = 3;

// Our side: one agent for all servers (as on a host of a DaemonSet), one planner, and the executor.
class Operator {
 public:
  static absl::StatusOr<std::unique_ptr<Operator>> Start(const RedisPark& park) {
    std::unique_ptr<Operator> it(new Operator(park));
    const std::string binaries = REDIS_OPERATOR_BINARY_DIRECTORY;
    const std::vector<int> ports = FreePorts(2);
    it->agent_target_ = fmt::format("127.0.0.1:{}", ports[0]);
    const std::string planner_target = fmt::format("127.0.0.1:{}", ports[1]);
    ASSIGN_OR_RETURN(it->agent_,
                     Process::Start({.arguments = {binaries + "/redis-operator-agent",
                                                   "--instances-dir", park.InstancesDirectory(),
                                                   "--listen", it->agent_target_, "--plaintext"}}));
    ASSIGN_OR_RETURN(it->planner_process_,
                     Process::Start({.arguments = {binaries + "/redis-operator-planner", "--listen",
                                                   planner_target, "--plaintext"}}));
    const TransportSecurity security{.plaintext = true};
    it->agents_ = MakeGrpcAgentApi(security, SystemClock());
    ASSIGN_OR_RETURN(it->planner_, MakeGrpcPlannerApi(planner_target, security));
    RETURN_IF_ERROR(it->AwaitAnswers());
    return it;
  }

  absl::Status Form() {
    Observed now = Observe();
    const ClusterSpec spec{
        .number_of_primaries = park_.size() / 2, .replication_factor = 1, .name = "bench"};
    ASSIGN_OR_RETURN(PlannerAnswer answer,
                     planner_->ComputePlan(spec, now.snapshot, Policy{}, kTimeout));
    if (answer.plan.steps.empty()) {
      return MakeStatus(absl::StatusCode::kInternal, "no steps: " + answer.text);
    }
    PlanExecution execution(answer.plan, 1, fmt::format("bench-{}", park_.InstancesDirectory()),
                            SystemClock().Monotonic());
    const absl::Duration deadline = SystemClock().Monotonic() + kTimeout;
    while (!execution.Over() && SystemClock().Monotonic() < deadline) {
      RETURN_IF_ERROR(StartReady(execution, now));
      AwaitSomeEnd();
      now = Observe();
      execution.Learn({now.snapshot, now.steps, SystemClock().Monotonic()});
    }
    for (const StepRun& run : execution.runs()) {
      if (run.status == StepStatus::kFailed) {
        return MakeStatus(absl::StatusCode::kInternal,
                          Describe(run.step.kind) + ": " + run.failure);
      }
    }
    return execution.Finished()
               ? absl::OkStatus()
               : MakeStatus(absl::StatusCode::kDeadlineExceeded, "the plan is not done");
  }

 private:
  struct Observed {
    ClusterSnapshot snapshot;
    std::map<std::string, std::vector<AgentStep>> steps;
    std::map<NodeId, std::string> addresses;
  };

  explicit Operator(const RedisPark& park) : park_(park) {
    for (int node = 0; node < park.size(); ++node) {
      pods_.push_back({.name = fmt::format("bench-{}-{}", node / 2, node % 2),
                       .uid = park.PodUid(node),
                       .shard = std::to_string(node / 2),
                       .member = node % 2,
                       .ip = park.Ip(node),
                       .host = fmt::format("host-{}", node % 6),
                       .running = true});
    }
    for (int host = 0; host < 6; ++host) {
      hosts_.push_back({fmt::format("host-{}", host), fmt::format("zone-{}", host % 3), false});
    }
  }

  Observed Observe() {
    std::vector<AgentAddress> addresses;
    for (const MemberPodState& pod : pods_) {
      addresses.push_back({pod.uid, agent_target_});
    }
    Observed observed;
    std::vector<NodeObservation> answers;
    for (auto& result : agents_->Observe(addresses, absl::Seconds(5))) {
      if (result.ok()) {
        observed.steps[result->pod_uid] = result->steps;
        answers.push_back(*std::move(result));
      }
    }
    observed.snapshot = AssembleSnapshot(pods_, answers, {}, hosts_, "bench", false);
    for (const Node& node : observed.snapshot.nodes) {
      observed.addresses[node.id] = node.address;
    }
    return observed;
  }

  absl::Status AwaitAnswers() {
    const absl::Duration deadline = SystemClock().Monotonic() + kTimeout;
    while (SystemClock().Monotonic() < deadline) {
      const Observed now = Observe();
      const ClusterSpec spec{.number_of_primaries = park_.size() / 2};
      if (now.snapshot.nodes.size() == pods_.size() &&
          planner_->ComputePlan(spec, now.snapshot, Policy{}, absl::Seconds(5)).ok()) {
        return absl::OkStatus();
      }
    }
    return MakeStatus(absl::StatusCode::kUnavailable,
                      "agent or planner does not answer:\n" + agent_->Output());
  }

  absl::Status StartReady(PlanExecution& execution, const Observed& now) {
    std::vector<StartRequest> requests;
    for (const StepRun* run : execution.Ready()) {
      ASSIGN_OR_RETURN(const StepKind resolved, ResolveNodes(run->step.kind, now.snapshot));
      const std::vector<StepTarget> targets = TargetsOf(resolved, now.snapshot);
      Step step = run->step;
      step.kind = resolved;
      for (const StepTarget& target : targets) {
        requests.push_back(
            {.agent = {target.pod_uid, agent_target_},
             .step_id = execution.AgentStepId(step.id, target),
             .fence = {.token = 1, .cluster_uid = "bench", .node_id = target.node_id},
             .step = step,
             .peers = now.addresses,
             .timeout = absl::Seconds(30)});
      }
      execution.Started(step.id, resolved, targets, SystemClock().Monotonic());
    }
    for (const auto& started : agents_->StartSteps(requests, absl::Seconds(10))) {
      RETURN_IF_ERROR(started.status());
    }
    for (const StartRequest& request : requests) {
      ++running_;
      agents_->NotifyWhenEnded(request.agent, request.step_id, kTimeout, [this] {
        std::lock_guard<std::mutex> lock(mutex_);
        --running_;
        ended_ = true;
        changed_.notify_one();
      });
    }
    return absl::OkStatus();
  }

  void AwaitSomeEnd() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(5), [this] { return ended_ || running_ == 0; });
    ended_ = false;
  }

  const RedisPark& park_;
  std::vector<MemberPodState> pods_;
  std::vector<Host> hosts_;
  std::string agent_target_;
  std::unique_ptr<Process> agent_;
  std::unique_ptr<Process> planner_process_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0;
  bool ended_ = false;
  std::unique_ptr<PlannerApi> planner_;
  std::unique_ptr<AgentApi> agents_;
};

absl::StatusOr<double> MeasureOperator(int nodes, int network) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RedisPark> park, RedisPark::Start(nodes, network));
  ASSIGN_OR_RETURN(const std::unique_ptr<Operator> ours, Operator::Start(*park));
  const absl::Duration start = SystemClock().Monotonic();
  RETURN_IF_ERROR(ours->Form());
  RETURN_IF_ERROR(park->AwaitFormed(kTimeout));
  return absl::ToDoubleSeconds(SystemClock().Monotonic() - start);
}

absl::StatusOr<double> MeasureRedisCli(int nodes, int network) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RedisPark> park, RedisPark::Start(nodes, network));
  std::vector<std::string> command = {"redis-cli", "--cluster", "create"};
  for (int node = 0; node < nodes; ++node) {
    command.push_back(park->Ip(node) + ":6379");
  }
  command.insert(command.end(), {"--cluster-replicas", "1", "--cluster-yes"});
  const absl::Duration start = SystemClock().Monotonic();
  ASSIGN_OR_RETURN(const Finished finished, RunProcess({.arguments = command}, kTimeout));
  if (finished.exit_code != 0) {
    return MakeStatus(absl::StatusCode::kInternal, finished.output);
  }
  RETURN_IF_ERROR(park->AwaitFormed(kTimeout));
  return absl::ToDoubleSeconds(SystemClock().Monotonic() - start);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

absl::Status Run(const std::vector<int>& sizes) {
  fmt::print("seconds, median of {} runs; servers up for 2.5 s before; one replica each\n",
             kRepeats);
  fmt::print("{:>6} {:>10} {:>10} {:>8}\n", "nodes", "redis-cli", "operator", "ratio");
  int network = 20;
  for (const int nodes : sizes) {
    std::vector<double> theirs;
    std::vector<double> ours;
    for (int i = 0; i < kRepeats; ++i) {
      ASSIGN_OR_RETURN(const double cli, MeasureRedisCli(nodes, network++));
      ASSIGN_OR_RETURN(const double own, MeasureOperator(nodes, network++));
      theirs.push_back(cli);
      ours.push_back(own);
    }
    fmt::print("{:>6} {:>10.2f} {:>10.2f} {:>7.1f}x\n", nodes, Median(theirs), Median(ours),
               Median(theirs) / Median(ours));
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace redisop::bench

int main(int argc, char** argv) {
  std::vector<int> sizes;
  for (int i = 1; i < argc; ++i) {
    sizes.push_back(std::atoi(argv[i]));
  }
  if (std::any_of(sizes.begin(), sizes.end(),
                  [](int nodes) { return nodes < 6 || nodes > 250 || nodes % 2 != 0; })) {
    fmt::print(stderr, "usage: formation_bench [NODES...]   even numbers from 6 to 250\n");
    return 2;
  }
  const absl::Status status =
      redisop::bench::Run(sizes.empty() ? std::vector<int>{6, 30, 60} : sizes);
  if (!status.ok()) {
    fmt::print(stderr, "{}\n", redisop::ToString(status));
    return 1;
  }
  return 0;
}
