#include "bench/planner/planning.h"

#include <malloc.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "bench/planner/process_memory.h"
#include "services/planner/core/planner.h"

namespace redisop::bench {
namespace {

constexpr size_t kRepeats = 9;

double ProcessorMilliseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

PlanningCost Measure(const Task& task) {
  PlanningCost cost;
  malloc_trim(0);
  ForgetPeak();
  const double before = MemoryOf(getpid()).now;
  const Plan plan = ComputePlan(task.spec, task.snapshot, Policy{});
  cost.mebibytes = MemoryOf(getpid()).peak - before;
  cost.steps = static_cast<int>(plan.steps.size());
  cost.blocked = static_cast<int>(plan.blocked.size());
  cost.slots_moved = plan.bounds.slots_moved;
  std::vector<double> times;
  while (times.size() < kRepeats) {
    ClusterSnapshot snapshot = task.snapshot;
    const double start = ProcessorMilliseconds();
    ComputePlan(task.spec, std::move(snapshot), Policy{});
    times.push_back(ProcessorMilliseconds() - start);
  }
  std::sort(times.begin(), times.end());
  cost.milliseconds = times[times.size() / 2];
  cost.milliseconds_worst = times.back();
  return cost;
}

[[noreturn]] void Fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

PlanningCost MeasurePlanning(const Task& task) {
  int ends[2];
  if (pipe(ends) != 0) {
    Fail("pipe");
  }
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) {
    Fail("fork");
  }
  if (child == 0) {
    const PlanningCost cost = Measure(task);
    _exit(write(ends[1], &cost, sizeof cost) == sizeof cost ? 0 : 1);
  }
  close(ends[1]);
  PlanningCost cost;
  const bool answered = read(ends[0], &cost, sizeof cost) == sizeof cost;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!answered) {
    Fail("the measuring process died");
  }
  return cost;
}

}  // namespace redisop::bench
