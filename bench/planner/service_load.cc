#include "bench/planner/service_load.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/rpc/deadline.h"
#include "common/testing/free_port.h"
#include "common/wire/plan_wire.h"
#include "common/wire/topology_wire.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "redisoperator/planner/v1/planner_service.grpc.pb.h"

namespace redisop::bench {
namespace {

namespace pb = redisoperator::planner::v1;

constexpr absl::Duration kCallTimeout = absl::Seconds(60);
constexpr absl::Duration kHealthPause = absl::Milliseconds(50);

// A connection that is shared with nobody, as callers in other processes have one.
std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

pb::ComputePlanRequest RequestOf(const Task& task) {
  pb::ComputePlanRequest request;
  *request.mutable_spec() = ToProto(task.spec);
  *request.mutable_snapshot() = ToProto(task.snapshot);
  return request;
}

// Collects the outcomes of one thread's calls.
class Tally {
 public:
  template <typename Call>
  void Time(Call call) {
    const absl::Duration start = SystemClock().Monotonic();
    const grpc::Status status = call();
    if (status.ok()) {
      milliseconds_.push_back(absl::ToDoubleMilliseconds(SystemClock().Monotonic() - start));
    } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      ++refusals_;
    } else {
      ++failures_;
    }
  }

  void Add(const Tally& other) {
    milliseconds_.insert(milliseconds_.end(), other.milliseconds_.begin(),
                         other.milliseconds_.end());
    refusals_ += other.refusals_;
    failures_ += other.failures_;
  }

  Latency Sum() && {
    std::sort(milliseconds_.begin(), milliseconds_.end());
    Latency latency{.answers = static_cast<int>(milliseconds_.size()),
                    .refusals = refusals_,
                    .failures = failures_};
    if (!milliseconds_.empty()) {
      latency.median_milliseconds = milliseconds_[milliseconds_.size() / 2];
      latency.worst_milliseconds = milliseconds_.back();
    }
    return latency;
  }

 private:
  std::vector<double> milliseconds_;
  int refusals_ = 0;
  int failures_ = 0;
};

void AskOnce(pb::PlannerService::Stub& stub, const pb::ComputePlanRequest& request, Tally& tally) {
  tally.Time([&] {
    pb::ComputePlanResponse response;
    return stub.ComputePlan(MakeClientContext(kCallTimeout).get(), request, &response);
  });
}

void AskForHealth(grpc::health::v1::Health::Stub& stub, Tally& tally) {
  tally.Time([&] {
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(pb::PlannerService::service_full_name());
    grpc::health::v1::HealthCheckResponse response;
    const grpc::Status status =
        stub.Check(MakeClientContext(kCallTimeout).get(), request, &response);
    const bool serving = response.status() == grpc::health::v1::HealthCheckResponse::SERVING;
    return status.ok() && !serving ? grpc::Status(grpc::StatusCode::UNKNOWN, "not serving")
                                   : status;
  });
}

}  // namespace

absl::StatusOr<std::unique_ptr<PlannerProcess>> PlannerProcess::Start() {
  std::unique_ptr<PlannerProcess> planner(new PlannerProcess);
  planner->address_ = fmt::format("127.0.0.1:{}", FreePort());
  ASSIGN_OR_RETURN(
      planner->process_,
      Process::Start(
          {.arguments = {std::string(REDIS_OPERATOR_BINARY_DIRECTORY) + "/redis-operator-planner",
                         "--listen", planner->address_, "--http-listen", "", "--plaintext"}}));
  RETURN_IF_ERROR(planner->process_->WaitForOutput("Started", absl::Seconds(20)));
  return planner;
}

Latency AskInTurn(const PlannerProcess& planner, const Task& task, int times) {
  const pb::ComputePlanRequest request = RequestOf(task);
  const auto stub = pb::PlannerService::NewStub(Connect(planner.address()));
  Tally tally;
  for (int i = 0; i < times; ++i) {
    AskOnce(*stub, request, tally);
  }
  return std::move(tally).Sum();
}

LoadReport AskTogether(const PlannerProcess& planner, const Task& task, int callers,
                       absl::Duration length) {
  const pb::ComputePlanRequest request = RequestOf(task);
  LoadReport report;
  report.before = planner.memory();
  std::mutex mutex;
  Tally plans;
  absl::Notification over;
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&] {
      const auto stub = pb::PlannerService::NewStub(Connect(planner.address()));
      Tally own;
      while (!over.HasBeenNotified()) {
        AskOnce(*stub, request, own);
      }
      const std::lock_guard<std::mutex> lock(mutex);
      plans.Add(own);
    });
  }
  const auto stub = grpc::health::v1::Health::NewStub(Connect(planner.address()));
  Tally health;
  const absl::Duration end = SystemClock().Monotonic() + length;
  while (SystemClock().Monotonic() < end) {
    AskForHealth(*stub, health);
    over.WaitForNotificationWithTimeout(kHealthPause);
  }
  over.Notify();
  for (std::thread& thread : threads) {
    thread.join();
  }
  report.plans = std::move(plans).Sum();
  report.health = std::move(health).Sum();
  report.after = planner.memory();
  return report;
}

}  // namespace redisop::bench
