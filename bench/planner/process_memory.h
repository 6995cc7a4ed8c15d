// Resident memory of a process, as Linux counts it (/proc/<pid>/status).

#ifndef REDIS_OPERATOR_BENCH_PLANNER_PROCESS_MEMORY_H_
#define REDIS_OPERATOR_BENCH_PLANNER_PROCESS_MEMORY_H_

#include <sys/types.h>

namespace redisop::bench {

struct Memory {
  double now = 0;   // MiB
  double peak = 0;  // MiB, since the process began or ForgetPeak
};

// Zeros when there is no such process.
Memory MemoryOf(pid_t process);

// The peak of the calling process starts anew.
void ForgetPeak();

}  // namespace redisop::bench

#endif  // REDIS_OPERATOR_BENCH_PLANNER_PROCESS_MEMORY_H_
