// Slot migration beside redis-cli, in one run: 4096 slots with their keys from three primaries to a
// new fourth one, once by `redis-cli --cluster reshard`, once by the agent's steps; and the same
// without keys.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "common/base/status.h"
#include "common/testing/process.h"
#include "services/agent/testing/live_cluster.h"

namespace redisop {
namespace {

constexpr int kSources = 3;
constexpr int kMovedPerSource = kSlotCount / 4 / kSources;
constexpr int kBurst = 1000;

void Require(bool condition, std::string_view what) {
  if (condition) return;
  std::fprintf(stderr, "migrate_bench: %.*s\n", static_cast<int>(what.size()), what.data());
  std::exit(1);
}

void Load(LiveCluster& cluster, int keys) {
  const std::string value(64, 'v');
  std::vector<std::vector<RedisCommand>> bursts(kSources);
  for (int i = 0; i < keys; ++i) {
    const std::string key = fmt::format("key:{}", i);
    int owner = kSources - 1;
    while (SlotOf(key) < kSlotCount * owner / kSources) --owner;
    auto& burst = bursts[static_cast<size_t>(owner)];
    burst.push_back({"SET", key, value});
    if (burst.size() < kBurst && i + kBurst * kSources < keys) continue;
    const auto replies = cluster.node(owner).redis->Pipeline(burst, absl::Seconds(10));
    Require(replies.ok() && replies->back().IsOk(), "SET failed");
    burst.clear();
  }
}

double Seconds(absl::Duration since) {
  return absl::ToDoubleSeconds(SystemClock().Monotonic() - since);
}

double ByRedisCli(int keys) {
  LiveCluster cluster(kSources + 1, kSources, 0);
  Load(cluster, keys);
  const absl::Duration start = SystemClock().Monotonic();
  const auto finished =
      RunProcess({.arguments = {"redis-cli", "--cluster", "reshard",
                                fmt::format("127.0.0.1:{}", cluster.node(0).port), "--cluster-from",
                                "all", "--cluster-to", cluster.node(kSources).id, "--cluster-slots",
                                std::to_string(kMovedPerSource * kSources), "--cluster-yes"}},
                 absl::Minutes(5));
  const double seconds = Seconds(start);
  Require(finished.ok() && finished->exit_code == 0, "redis-cli failed");
  return seconds;
}

double ByAgent(int keys, bool parallel) {
  LiveCluster cluster(kSources + 1, kSources, 0);
  Load(cluster, keys);
  const absl::Duration start = SystemClock().Monotonic();
  std::vector<std::thread> threads;
  const auto move = [&](int source) {
    const int first = kSlotCount * source / kSources;
    const StepOutcome outcome =
        RunStep(cluster, source,
                MigrateSlots{cluster.node(source).id, cluster.node(kSources).id,
                             SlotSet(SlotRange{first, first + kMovedPerSource})});
    Require(outcome.ok(), ToString(outcome.status()));
  };
  for (int source = 0; source < kSources; ++source) {
    if (parallel) {
      threads.emplace_back(move, source);
    } else {
      move(source);
    }
  }
  for (std::thread& thread : threads) thread.join();
  return Seconds(start);
}

void Compare(int keys) {
  const double cli = ByRedisCli(keys);
  const double serial = ByAgent(keys, false);
  const double parallel = ByAgent(keys, true);
  const double moved = keys / 4.0;
  std::printf(
      "%d slots, %.0f keys of 64 B: redis-cli %.2f s (%.0f keys/s); agent, one source at a time "
      "%.2f s (%.0f keys/s, %.1f x), three sources together %.2f s (%.0f keys/s, %.1f x)\n",
      kMovedPerSource * kSources, moved, cli, moved / cli, serial, moved / serial, cli / serial,
      parallel, moved / parallel, cli / parallel);
}

}  // namespace
}  // namespace redisop

int main(int argc, char** argv) {
  redisop::Compare(argc > 1 ? std::atoi(argv[1]) : 1'000'000);
  redisop::Compare(0);
}
