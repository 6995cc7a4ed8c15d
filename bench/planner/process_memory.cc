#include "bench/planner/process_memory.h"

#include <fmt/format.h>

#include <fstream>
#include <string>

namespace redisop::bench {

Memory MemoryOf(pid_t process) {
  constexpr double kKibibytes = 1024;
  Memory memory;
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") {
      status >> memory.now;
    } else if (word == "VmHWM:") {
      status >> memory.peak;
    }
  }
  return {memory.now / kKibibytes, memory.peak / kKibibytes};
}

void ForgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

}  // namespace redisop::bench
