// A cluster that nobody changes costs nothing: no writes to the API server, no acting calls, no
// processor time worth the name.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "common/base/clock.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "integration/world/world_fixture.h"

namespace redisop::integration {
namespace {

constexpr absl::Duration kQuiet = absl::Seconds(60);

class QuietTest : public WorldFixture {
 protected:
  // Writes that the API server has answered, to the resources that the operator writes. Leases are
  // left out.
  double ApiWrites() {
    const absl::StatusOr<std::string> metrics = world().api().GetRaw("/metrics", absl::Seconds(20));
    EXPECT_OK(metrics.status());
    double sum = 0;
    std::istringstream lines(*metrics);
    for (std::string line; std::getline(lines, line);) {
      if (line.rfind("apiserver_request_total{", 0) == 0 && IsOurWrite(line)) {
        sum += std::stod(line.substr(line.rfind(' ')));
      }
    }
    return sum;
  }

  static bool IsOurWrite(const std::string& line) {
    bool write = false;
    for (const char* verb : {"POST", "PUT", "PATCH", "APPLY", "DELETE"}) {
      write = write || line.find(fmt::format("verb=\"{}\"", verb)) != std::string::npos;
    }
    bool ours = false;
    for (const char* resource : {"redisclusters", "pods", "services", "configmaps", "events",
                                 "poddisruptionbudgets", "persistentvolumeclaims"}) {
      ours = ours || line.find(fmt::format("resource=\"{}\"", resource)) != std::string::npos;
    }
    return write && ours;
  }

  // Processor time that processes with this text in their command line have used, in seconds.
  double CpuSeconds(const std::string& program) {
    double seconds = 0;
    for (const pid_t pid : world().Processes({program})) {
      std::ifstream file(fmt::format("/proc/{}/stat", pid));
      std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
      std::istringstream fields(text.substr(text.rfind(')') + 2));
      std::string field;
      double ticks = 0;
      for (int i = 3; fields >> field && i <= 15; ++i) {
        ticks += i >= 14 ? std::stod(field) : 0;  // utime and stime, proc(5)
      }
      seconds += ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    return seconds;
  }

  // Sum of a counter over the agents of a cluster.
  double AgentCounter(const std::string& cluster, const std::string& name) {
    const absl::StatusOr<std::vector<Endpoint>> endpoints = world().Endpoints(cluster);
    EXPECT_OK(endpoints.status());
    double sum = 0;
    for (const Endpoint& endpoint : *endpoints) {
      const auto page =
          world().Output({"curl", "-sSf", fmt::format("http://{}:8081/metrics", endpoint.host)});
      EXPECT_OK(page.status());
      std::istringstream lines(*page);
      for (std::string line; std::getline(lines, line);) {
        if (line.rfind(name, 0) == 0) {
          sum += std::stod(line.substr(line.rfind(' ')));
        }
      }
    }
    return sum;
  }
};

TEST_F(QuietTest, AMinuteWithoutChangeCostsNothing) {
  ASSERT_NO_FATAL_FAILURE(Form("quiet", {3, 1}));
  // Formation has to be over for everybody: the last events are written, the nodes have reported
  // all pods.
  double before = ApiWrites();
  absl::Duration settled = SystemClock().Monotonic();
  ASSERT_TRUE(Await(absl::Minutes(2), [&] {
    const double now = ApiWrites();
    if (now != before) {
      before = now;
      settled = SystemClock().Monotonic();
    }
    return SystemClock().Monotonic() - settled > absl::Seconds(10);
  }));
  const double steps = AgentCounter("quiet", "redis_operator_agent_steps_total");
  EXPECT_GT(steps, 0) << "the counter of acting calls counts formation at least";
  const double cpu = CpuSeconds("redis-operator-bridge") + CpuSeconds("redis-operator-agent");
  const absl::Duration start = SystemClock().Monotonic();
  ASSERT_TRUE(Await(kQuiet * 2, [&] { return SystemClock().Monotonic() - start >= kQuiet; }));
  const double used =
      CpuSeconds("redis-operator-bridge") + CpuSeconds("redis-operator-agent") - cpu;

  EXPECT_EQ(ApiWrites() - before, 0);
  EXPECT_EQ(AgentCounter("quiet", "redis_operator_agent_steps_total") - steps, 0);
  std::cout << fmt::format("bridge and agents used {:.2f} s of processor time in 60 s\n", used);
  // The figure is for docs/benchmarks.md; what is asserted is that nothing spins.
  EXPECT_LT(used, 3.0) << "five percent of a core";
}

}  // namespace
}  // namespace redisop::integration
