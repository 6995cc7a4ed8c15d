// The planner as others meet it: the real process, asked over real connections.

#ifndef REDIS_OPERATOR_BENCH_PLANNER_SERVICE_LOAD_H_
#define REDIS_OPERATOR_BENCH_PLANNER_SERVICE_LOAD_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/planner/clusters.h"
#include "bench/planner/process_memory.h"
#include "common/testing/process.h"

namespace redisop::bench {

class PlannerProcess {
 public:
  // Starts the program beside this one, in plaintext, and waits until it serves. Errors as
  // Process::Start and WaitForOutput.
  static absl::StatusOr<std::unique_ptr<PlannerProcess>> Start();

  const std::string& address() const { return address_; }
  Memory memory() const { return MemoryOf(process_->pid()); }

 private:
  std::string address_;
  std::unique_ptr<Process> process_;
};

struct Latency {
  int answers = 0;
  int refusals = 0;                // RESOURCE_EXHAUSTED: the caller is told to try again
  int failures = 0;                // anything else
  double median_milliseconds = 0;  // of the answers
  double worst_milliseconds = 0;
};

// Asks for the same plan so many times, one after the other.
Latency AskInTurn(const PlannerProcess& planner, const Task& task, int times);

struct LoadReport {
  Latency plans;
  Latency health;
  Memory before;
  Memory after;
};

// So many callers, each on a connection of its own, ask for the same plan again and again for that
// long. Meanwhile health is asked for every 50 ms.
LoadReport AskTogether(const PlannerProcess& planner, const Task& task, int callers,
                       absl::Duration length);

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_PLANNER_SERVICE_LOAD_H_
