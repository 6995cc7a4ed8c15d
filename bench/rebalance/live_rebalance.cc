#include "bench/rebalance/live_rebalance.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "common/base/clock.h"
#include "common/redis/cluster_nodes.h"
#include "common/testing/await.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"

namespace redisop::bench {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(60);
constexpr char kBinaries[] = REDIS_OPERATOR_BINARY_DIRECTORY;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "rebalance: %s\n", what.c_str());
  std::exit(1);
}

std::string NodesText(LiveCluster& cluster, int at) {
  return cluster.Ask(at, {"CLUSTER", "NODES"}).text;
}

std::map<NodeId, SlotSet> OwnersSeenBy(LiveCluster& cluster, int at) {
  const auto view = ParseClusterNodes(NodesText(cluster, at));
  if (!view.ok()) {
    Die(view.status().ToString());
  }
  std::map<NodeId, SlotSet> owners = {{view->self.id, view->self.slots}};
  for (const Node& peer : view->peers) {
    owners[peer.id] = peer.slots;
  }
  return owners;
}

enum class What { kOwnSlots, kAllSlots };

// Tells a node the owners that it sees otherwise: of the slots it takes for its own, or of all.
// False when there was nothing to tell.
bool Tell(LiveCluster& cluster, int at, const std::vector<SlotSet>& slots, What what) {
  std::map<NodeId, SlotSet> seen = OwnersSeenBy(cluster, at);
  const SlotSet looked_at = what == What::kOwnSlots ? seen[cluster.node(at).id] : SlotSet::All();
  std::vector<RedisCommand> commands;
  for (int owner = 0; owner < cluster.size(); ++owner) {
    const NodeId& id = cluster.node(owner).id;
    for (const int slot : ((slots[static_cast<size_t>(owner)] - seen[id]) & looked_at).Slots()) {
      commands.push_back({"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id});
    }
  }
  if (!cluster.node(at).redis->Pipeline(commands, kTimeout).ok()) {
    Die("a server does not take its slots");
  }
  return !commands.empty();
}

// First everybody gives up what it is to lose: a primary that hears of the loss of its last slot by
// gossip would make itself a replica. What is gossiped in between may undo some of the rest, so
// that is told until all agree.
void GiveSlots(LiveCluster& cluster, const std::vector<SlotSet>& slots) {
  for (int at = 0; at < cluster.size(); ++at) {
    Tell(cluster, at, slots, What::kOwnSlots);
  }
  const auto give = [&] {
    bool told = false;
    for (int at = 0; at < cluster.size(); ++at) {
      told = Tell(cluster, at, slots, What::kAllSlots) || told;
    }
    return !told && cluster.Agrees();
  };
  if (!Await(kTimeout, give)) {
    Die("the servers do not agree on the slots they were given");
  }
}

// What a line of shell prints. Ends the program when it fails.
std::string RunLine(const std::string& line, double* seconds = nullptr) {
  const absl::Duration start = SystemClock().Monotonic();
  const auto finished = RunProcess({.arguments = {"bash", "-o", "pipefail", "-c", line}}, kTimeout);
  if (!finished.ok() || finished->exit_code != 0) {
    Die(fmt::format("failed: {}\n{}", line, finished.ok() ? finished->output : ""));
  }
  if (seconds != nullptr) {
    *seconds = absl::ToDoubleSeconds(SystemClock().Monotonic() - start);
  }
  return finished->output;
}

// The nodes as redis-cli lists them: the one it is given, then the others as that one lists them.
std::vector<int> ListedNodes(LiveCluster& cluster) {
  std::map<NodeId, int> index;
  for (int i = 0; i < cluster.size(); ++i) {
    index[cluster.node(i).id] = i;
  }
  std::vector<int> listed = {0};
  std::istringstream lines(NodesText(cluster, 0));
  for (std::string line; std::getline(lines, line);) {
    const int node = index[line.substr(0, line.find(' '))];
    if (node != 0) {
      listed.push_back(node);
    }
  }
  return listed;
}

// "Moving 5 slots from 127.0.0.1:7001 to 127.0.0.1:7002", by place in `listed`. A code for colour
// may stand before it.
std::vector<CliMove> PrintedMoves(LiveCluster& cluster, const std::vector<int>& listed,
                                  const std::string& output) {
  const auto place_of = [&](const std::string& address) {
    const int port = std::stoi(address.substr(address.rfind(':') + 1));
    for (size_t place = 0; place < listed.size(); ++place) {
      if (cluster.node(listed[place]).port == port) {
        return static_cast<int>(place);
      }
    }
    Die("redis-cli names an address that is nobody's: " + address);
  };
  std::vector<CliMove> moves;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    int count = 0;
    char source[64];
    char target[64];
    const size_t begin = std::min(line.find("Moving "), line.size());
    if (std::sscanf(line.c_str() + begin, "Moving %d slots from %63s to %63s", &count, source,
                    target) == 3) {
      moves.push_back({place_of(source), place_of(target), count});
    }
  }
  return moves;
}

std::vector<SlotSet> AfterPlan(LiveCluster& cluster, std::vector<SlotSet> slots,
                               const nlohmann::json& plan) {
  std::map<NodeId, SlotSet*> owned;
  for (size_t i = 0; i < slots.size(); ++i) {
    owned[cluster.node(static_cast<int>(i)).id] = &slots[i];
  }
  for (const nlohmann::json& step : plan.value("steps", nlohmann::json::array())) {
    if (!step.contains("migrateSlots")) {
      Die("the plan does more than move slots: " + step.dump());
    }
    const nlohmann::json& move = step["migrateSlots"];
    const auto moved = SlotSet::Parse(move["slots"].get<std::string>());
    owned[move["sourceId"]]->Remove(*moved);
    owned[move["targetId"]]->Add(*moved);
  }
  return slots;
}

}  // namespace

LiveCompared CompareLive(LiveCluster& cluster, const std::vector<SlotSet>& slots,
                         const Tolerance& tolerance) {
  GiveSlots(cluster, slots);
  LiveCompared compared;
  const std::string seed = fmt::format("127.0.0.1:{}", cluster.node(0).port);
  const std::string output =
      RunLine(fmt::format("redis-cli --cluster rebalance {} --cluster-use-empty-masters "
                          "--cluster-simulate --cluster-threshold {}",
                          seed, tolerance.redis_cli_threshold_percent),
              &compared.redis_cli_seconds);
  const std::vector<int> listed = ListedNodes(cluster);
  std::vector<SlotSet> listed_slots;
  for (const int node : listed) {
    listed_slots.push_back(slots[static_cast<size_t>(node)]);
  }
  compared.printed = PrintedMoves(cluster, listed, output);
  compared.computed = RedisCliMoves(listed_slots, tolerance.redis_cli_threshold_percent);
  compared.redis_cli = CountChanges(listed_slots, AfterMoves(listed_slots, compared.printed));

  const TempDir directory;
  const std::string request = directory.File("request.json");
  const std::string snapshot =
      fmt::format("{}/redis-operator-agent snapshot --seed {}", kBinaries, seed);
  const std::string explain = fmt::format(
      "{}/redis-operator-planner explain --primaries {} --replicas 0", kBinaries, cluster.size());
  RunLine(fmt::format("{} | {}", snapshot, explain), &compared.pipe_seconds);
  RunLine(fmt::format("{} | jq '.policy.tolerancePercent = {}' > {}", snapshot,
                      tolerance.planner_percent, request));
  RunLine(fmt::format("{} < {}", explain, request), &compared.explain_seconds);
  const std::string answer = RunLine(fmt::format("{} -o json < {}", explain, request));
  const nlohmann::json plan = nlohmann::json::parse(answer)["plan"];
  compared.planner = CountChanges(slots, AfterPlan(cluster, slots, plan));
  return compared;
}

}  // namespace redisop::bench
