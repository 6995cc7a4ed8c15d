// New shards out of spare nodes: who becomes a primary and who copies whom is optimal together,
// although primaries are appointed first. Compared with exhaustive search.

#include "services/planner/core/copy_goal.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "common/testing/property_run.h"
#include "services/planner/core/draft.h"
#include "services/planner/core/placement_rules.h"

namespace redisop {
namespace {

// Host pairs and zone pairs of copies; then pairs of primaries in one zone, and on one host.
using Cost = std::tuple<int, int, int, int>;

Place PlaceOf(const Node& node) {
  const int host = node.host[1] - '0';
  return {.zone = host / 3, .host = host};
}

Cost CostOf(const std::vector<std::vector<Place>>& shards) {
  CopyPairs copies;
  std::vector<Place> primaries;
  for (const std::vector<Place>& shard : shards) {
    const CopyPairs pairs = PairsOf(shard);
    copies.hosts += pairs.hosts;
    copies.zones += pairs.zones;
    primaries.push_back(shard.front());
  }
  const CopyPairs roles = PairsOf(primaries);
  return {copies.hosts, copies.zones, roles.zones, roles.hosts};
}

struct World {
  ClusterSpec spec;
  ClusterSnapshot snapshot;
  std::vector<std::vector<Place>> shards;  // that are there, the primary first
  std::vector<Place> spares;
};

class WorldMaker {
 public:
  explicit WorldMaker(uint64_t seed) : random_(seed) {}

  World Make() {
    World world;
    hosts_ = 1 + Below(9);
    const int replicas = 1 + Below(2);
    const int shards = 1 + Below(replicas == 1 ? 4 : 3);
    world.spec.number_of_primaries = shards;
    world.spec.replication_factor = replicas;
    const int existing = Below(3) == 0 ? Below(shards) : 0;
    for (int s = 0; s < existing; ++s) {
      AddShard(s, 1 + Below(replicas + 1), world);
    }
    int needed = (shards - existing) * (1 + replicas);
    for (const auto& shard : world.shards) {
      needed += 1 + replicas - static_cast<int>(shard.size());
    }
    const int spares = std::max(shards - existing, needed + Below(4) - 2);
    for (int k = 0; k < std::min(spares, 9); ++k) {
      Node node = Placed(fmt::format("x{}", k));
      node.alone = true;
      world.spares.push_back(PlaceOf(node));
      world.snapshot.nodes.push_back(node);
    }
    world.snapshot.formed = existing > 0;
    return world;
  }

 private:
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint64_t>(limit)); }

  Node Placed(const std::string& id) {
    Node node;
    node.id = id;
    const int host = Below(1 + Below(hosts_));
    node.host = fmt::format("h{}", host);
    node.zone = fmt::format("z{}", host / 3);
    return node;
  }

  void AddShard(int s, int copies, World& world) {
    world.shards.emplace_back();
    for (int k = 0; k < copies; ++k) {
      Node node = Placed(fmt::format("{}-{}", s, k));
      node.shard = std::to_string(s);
      node.member = k;
      node.pod = "redis-" + node.id;
      if (k == 0) {
        node.slots.Add(s);
      } else {
        node.role = Role::kReplica;
        node.primary_id = fmt::format("{}-0", s);
      }
      world.shards.back().push_back(PlaceOf(node));
      world.snapshot.nodes.push_back(node);
    }
  }

  std::mt19937_64 random_;
  int hosts_ = 1;
};

// What the planner decides.
Cost Decided(const World& world) {
  const Policy policy;
  Draft draft(world.spec, Canonical(world.snapshot), policy);
  const CopyGoal goal = DecideFilling(draft.now(), draft.shape(), draft.goal, world.spec);
  std::vector<std::vector<Place>> shards;
  for (const Shard& shard : draft.shape().shards) {
    shards.push_back({PlaceOf(*shard.primary)});
    for (const Node* node : shard.replicas) {
      shards.back().push_back(PlaceOf(*node));
    }
    if (const auto decided = goal.shards.find(shard.name); decided != goal.shards.end()) {
      for (const NodeId& id : decided->second.replicas) {
        shards.back().push_back(PlaceOf(*draft.now().Find(id)));
      }
    }
  }
  return CostOf(shards);
}

// Tries every choice of primaries among the spares, and for each every way to give away the others:
// all of them while copies are missing, none beyond.
class Exhaustive {
 public:
  explicit Exhaustive(const World& world)
      : world_(world), shards_(world.shards), used_(world.spares.size(), false) {}

  Cost Best() {
    Appoint(0);
    return best_;
  }

 private:
  size_t Wished() const { return static_cast<size_t>(world_.spec.number_of_primaries); }
  size_t Copies() const { return 1 + static_cast<size_t>(world_.spec.replication_factor); }

  void Appoint(size_t first) {
    if (shards_.size() == Wished()) {
      size_t missing = 0;
      for (const auto& shard : shards_) {
        missing += Copies() - shard.size();
      }
      const auto left = static_cast<size_t>(std::count(used_.begin(), used_.end(), false));
      Give(0, std::min(missing, left));
      return;
    }
    for (size_t k = first; k < used_.size(); ++k) {
      used_[k] = true;
      shards_.push_back({world_.spares[k]});
      Appoint(k + 1);
      shards_.pop_back();
      used_[k] = false;
    }
  }

  void Give(size_t k, size_t left) {
    if (left == 0) {
      best_ = std::min(best_, CostOf(shards_));
      return;
    }
    if (k == used_.size()) {
      return;
    }
    Give(k + 1, left);
    for (auto& shard : shards_) {
      if (!used_[k] && shard.size() < Copies()) {
        shard.push_back(world_.spares[k]);
        Give(k + 1, left - 1);
        shard.pop_back();
      }
    }
  }

  const World& world_;
  std::vector<std::vector<Place>> shards_;
  std::vector<bool> used_;
  Cost best_{1000, 0, 0, 0};
};

TEST(CopyGoalTest, NewShardsOfSpareNodesAreOptimal) {
  const PropertyRun run("PLACEMENT", 5000, 99);
  for (uint64_t n = 0; n < run.cases; ++n) {
    const World world = WorldMaker(run.seed + n).Make();
    ASSERT_EQ(Decided(world), Exhaustive(world).Best()) << run.Repeat(n);
  }
}

}  // namespace
}  // namespace redisop
