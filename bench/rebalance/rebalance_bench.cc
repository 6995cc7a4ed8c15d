// Rebalancing by redis-cli and by the planner, on the same random clusters: slots moved, ranges
// afterwards, time. Ends with exit code 1 when the planner is worse in any of them, or when the
// algorithm taken for redis-cli's differs from what the real one prints.
//
//   rebalance_bench [CLUSTERS [SEED [LIVE_CLUSTERS_OF_EACH_SIZE]]]

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "bench/rebalance/live_rebalance.h"
#include "bench/rebalance/random_slots.h"

namespace redisop::bench {
namespace {

constexpr int kNodesMax = 40;
constexpr int kLiveSizes[] = {3, 5, 8, 12};

// One column of figures beside another.
class Column {
 public:
  void Add(double redis_cli, double planner) {
    redis_cli_ += redis_cli;
    planner_ += planner;
    better_ += planner < redis_cli ? 1 : 0;
    worse_ += planner > redis_cli ? 1 : 0;
  }
  void Print(const char* what) const {
    fmt::print("| {} | {:.0f} | {:.0f} | {:.1f} % less | {} | {} |\n", what, redis_cli_, planner_,
               redis_cli_ == 0 ? 0 : 100 * (1 - planner_ / redis_cli_), better_, worse_);
  }

 private:
  double redis_cli_ = 0;
  double planner_ = 0;
  int better_ = 0;
  int worse_ = 0;
};

double Median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Verdict {
  int compared = 0;
  int worse = 0;
  int misjudged = 0;  // redis-cli printed something else than the algorithm

  void Count(bool is_worse, const std::string& which) {
    ++compared;
    if (is_worse) {
      ++worse;
      fmt::print("worse: {}\n", which);
    }
  }
};

std::string Which(int cluster, int nodes, const Rebalanced& redis_cli, const Rebalanced& planner) {
  return fmt::format("cluster {} of {} primaries: moved {} and {}, ranges {} and {}", cluster,
                     nodes, redis_cli.moved, planner.moved, redis_cli.ranges, planner.ranges);
}

void CompareMany(const char* title, int clusters, uint64_t seed, const Tolerance& tolerance,
                 Verdict& verdict) {
  std::mt19937_64 random(seed);
  Column moved;
  Column ranges;
  double before = 0;
  std::vector<double> seconds;
  for (int i = 0; i < clusters; ++i) {
    const int nodes = std::uniform_int_distribution<int>(2, kNodesMax)(random);
    const std::vector<SlotSet> slots = RandomSlots(nodes, random);
    const Compared compared = Compare(slots, tolerance);
    moved.Add(compared.redis_cli.moved, compared.planner.moved);
    ranges.Add(compared.redis_cli.ranges, compared.planner.ranges);
    before += CountChanges(slots, slots).ranges;
    seconds.push_back(compared.planner_seconds);
    verdict.Count(PlannerIsWorse(compared.redis_cli, compared.planner, tolerance),
                  Which(i, nodes, compared.redis_cli, compared.planner));
  }
  fmt::print("\n{}: {} clusters, {:.0f} ranges before\n", title, clusters, before);
  fmt::print("| in all | redis-cli | planner | | clusters better | worse |\n");
  moved.Print("slots moved");
  ranges.Print("ranges afterwards");
  fmt::print("planning alone: median {:.2f} ms, longest {:.1f} ms\n", 1e3 * Median(seconds),
             1e3 * *std::max_element(seconds.begin(), seconds.end()));
}

void CompareLiveClusters(int clusters_of_each_size, uint64_t seed, Verdict& verdict) {
  std::mt19937_64 random(seed);
  Column moved;
  Column ranges;
  std::vector<double> redis_cli_seconds;
  std::vector<double> pipe_seconds;
  std::vector<double> explain_seconds;
  for (const int nodes : kLiveSizes) {
    LiveCluster cluster(nodes, nodes, 0);
    for (int i = 0; i < clusters_of_each_size; ++i) {
      // Every other one as redis-cli does it by default.
      const Tolerance tolerance = i % 2 == 0 ? kExact : kTwoPercent;
      const LiveCompared compared = CompareLive(cluster, RandomSlots(nodes, random), tolerance);
      moved.Add(compared.redis_cli.moved, compared.planner.moved);
      ranges.Add(compared.redis_cli.ranges, compared.planner.ranges);
      redis_cli_seconds.push_back(compared.redis_cli_seconds);
      pipe_seconds.push_back(compared.pipe_seconds);
      explain_seconds.push_back(compared.explain_seconds);
      verdict.Count(PlannerIsWorse(compared.redis_cli, compared.planner, tolerance),
                    "live " + Which(i, nodes, compared.redis_cli, compared.planner));
      if (compared.printed != compared.computed) {
        ++verdict.misjudged;
        fmt::print("redis-cli itself moves otherwise: live cluster {} of {} primaries\n", i, nodes);
      }
    }
  }
  fmt::print("\nrunning servers: {} clusters of 3, 5, 8 and 12 primaries\n",
             redis_cli_seconds.size());
  fmt::print("| in all | redis-cli | planner | | clusters better | worse |\n");
  moved.Print("slots moved");
  ranges.Print("ranges afterwards");
  fmt::print(
      "whole commands, median: redis-cli {:.0f} ms, explain {:.0f} ms, snapshot | explain "
      "{:.0f} ms\n",
      1e3 * Median(redis_cli_seconds), 1e3 * Median(explain_seconds), 1e3 * Median(pipe_seconds));
}

int Run(int clusters, uint64_t seed, int live_clusters) {
  fmt::print("seed {}\n", seed);
  Verdict verdict;
  CompareMany("every share exact", clusters, seed, kExact, verdict);
  CompareMany("within 2 %", clusters, seed, kTwoPercent, verdict);
  CompareLiveClusters(live_clusters, seed, verdict);
  fmt::print("\nthe planner was worse in {} of {}; redis-cli was misjudged in {}\n", verdict.worse,
             verdict.compared, verdict.misjudged);
  return verdict.worse + verdict.misjudged == 0 ? 0 : 1;
}

}  // namespace
}  // namespace redisop::bench

int main(int argc, char** argv) {
  const int clusters = argc > 1 ? std::atoi(argv[1]) : 1000;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  return redisop::bench::Run(clusters, seed, argc > 3 ? std::atoi(argv[3]) : 13);
}
