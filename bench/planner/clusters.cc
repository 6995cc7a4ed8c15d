#include "bench/planner/clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace redisop::bench {
namespace {

constexpr int kZones = 3;
constexpr int kMembers = 3;
constexpr int kNodesOnHost = 10;

// The same number for the same seed, with nothing in common otherwise (SplitMix64).
uint64_t Drawn(uint64_t seed) {
  uint64_t mixed = (seed + 1) * 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

// Ids as servers draw them: without an order.
NodeId IdOf(int shard, int member) {
  std::string id;
  const auto seed = static_cast<uint64_t>(shard * kMembers + member);
  for (uint64_t part = 0; part < 3; ++part) {
    id += fmt::format("{:016x}", Drawn(seed * 3 + part));
  }
  return id.substr(0, 40);
}

std::string ZoneOf(int zone) { return fmt::format("zone-{}", zone); }
std::string HostOf(int zone, int number) { return fmt::format("host-{}-{}", zone, number); }

std::vector<Host> HostsFor(int shards) {
  std::vector<Host> hosts;
  const int in_zone = (shards + kNodesOnHost - 1) / kNodesOnHost;
  for (int zone = 0; zone < kZones; ++zone) {
    for (int number = 0; number < in_zone; ++number) {
      hosts.push_back({HostOf(zone, number), ZoneOf(zone), false});
    }
  }
  return hosts;
}

// A new, empty server that knows nobody.
Node NewNode(int shard, int member) {
  const int zone = (shard + member) % kZones;
  return {.id = IdOf(shard, member),
          .address = fmt::format("10.{}.{}.{}:6379@16379", member, shard / 250, shard % 250),
          .host = HostOf(zone, shard / kNodesOnHost),
          .zone = ZoneOf(zone),
          .pod = fmt::format("redis-{}-{}", shard, member),
          .pod_uid = fmt::format("7c0a3a52-3f4b-4d0c-9f6e-{:08x}{:04x}", shard, member),
          .shard = std::to_string(shard),
          .member = member,
          .used_memory_bytes = 2 << 20,
          .max_memory_bytes = uint64_t{4} << 30,
          .alone = true,
          .version = "7.0.15"};
}

ClusterSpec SpecFor(int shards) {
  return {.number_of_primaries = shards, .replication_factor = kMembers - 1};
}

// `slots` has an entry for each shard.
ClusterSnapshot Formed(const std::vector<SlotSet>& slots) {
  const int shards = static_cast<int>(slots.size());
  ClusterSnapshot snapshot{.formed = true, .hosts = HostsFor(shards)};
  for (int shard = 0; shard < shards; ++shard) {
    for (int member = 0; member < kMembers; ++member) {
      Node node = NewNode(shard, member);
      node.alone = false;
      node.config_epoch = static_cast<uint64_t>(shard) + 1;
      node.keys = 100'000;
      node.used_memory_bytes = uint64_t{1} << 30;
      node.offset = 123'456'789;
      if (member == 0) {
        node.slots = slots[static_cast<size_t>(shard)];
      } else {
        node.role = Role::kReplica;
        node.primary_id = IdOf(shard, 0);
      }
      snapshot.nodes.push_back(std::move(node));
    }
  }
  return Canonical(std::move(snapshot));
}

std::vector<SlotSet> InOneRangeEach(int shards) {
  std::vector<SlotSet> slots;
  for (int shard = 0; shard < shards; ++shard) {
    slots.emplace_back(SlotRange{kSlotCount * shard / shards, kSlotCount * (shard + 1) / shards});
  }
  return slots;
}

std::vector<SlotSet> Interleaved(int shards) {
  std::vector<SlotSet> slots(static_cast<size_t>(shards));
  for (int slot = 0; slot < kSlotCount; ++slot) {
    slots[static_cast<size_t>(slot % shards)].Add(slot);
  }
  return slots;
}

// Every slot holds between nothing and 128 KiB, one in 256 up to 32 MiB.
ClusterSnapshot WithSlotLoads(ClusterSnapshot snapshot) {
  constexpr uint64_t kBytesMax = 128 << 10;
  for (Node& node : snapshot.nodes) {
    for (const int slot : node.slots.Slots()) {
      const uint64_t drawn = Drawn(static_cast<uint64_t>(slot));
      const uint64_t bytes = (drawn >> 8) % kBytesMax * (drawn % 256 == 0 ? 256 : 1);
      node.slot_loads.push_back({{slot, slot + 1}, bytes / 1000, bytes});
    }
  }
  return snapshot;
}

// The pods of the last shards are there, but no machine has room for them.
ClusterSnapshot WithWaitingPods(ClusterSnapshot snapshot, int from_shard, int to_shard) {
  for (int shard = from_shard; shard < to_shard; ++shard) {
    for (int member = 0; member < kMembers; ++member) {
      snapshot.pods.push_back({.name = fmt::format("redis-{}-{}", shard, member),
                               .uid = fmt::format("9d1b-{}-{}", shard, member),
                               .shard = std::to_string(shard),
                               .member = member,
                               .waiting_reason = "Unschedulable: no machine has room"});
    }
  }
  return Canonical(std::move(snapshot));
}

ClusterSnapshot ServersUp(int shards) {
  ClusterSnapshot snapshot{.hosts = HostsFor(shards)};
  for (int shard = 0; shard < shards; ++shard) {
    for (int member = 0; member < kMembers; ++member) {
      snapshot.nodes.push_back(NewNode(shard, member));
    }
  }
  return Canonical(std::move(snapshot));
}

// Everything in one zone failed at once; nobody has reacted yet.
ClusterSnapshot WithoutZone(ClusterSnapshot snapshot) {
  for (Node& node : snapshot.nodes) {
    if (node.zone == ZoneOf(0)) {
      node.unobserved = true;
      node.health = Health::kFailed;
    }
  }
  for (Host& host : snapshot.hosts) {
    host.unschedulable = host.unschedulable || host.zone == ZoneOf(0);
  }
  return snapshot;
}

// The first replica of `primary` that is still there takes its place.
void ElectHeir(Node& primary, ClusterSnapshot& snapshot) {
  Node* heir = nullptr;
  for (Node& node : snapshot.nodes) {
    if (node.primary_id != primary.id || node.unobserved) {
      continue;
    }
    if (heir == nullptr) {
      heir = &node;
      heir->role = Role::kPrimary;
      heir->primary_id.clear();
      heir->slots = std::exchange(primary.slots, SlotSet());
    } else {
      node.primary_id = heir->id;
    }
  }
}

// Later: Kubernetes took the pods away, and replicas were elected where primaries were.
ClusterSnapshot AfterElections(ClusterSnapshot snapshot) {
  for (Node& node : snapshot.nodes) {
    if (!node.unobserved) {
      continue;
    }
    if (node.role == Role::kPrimary) {
      ElectHeir(node, snapshot);
    }
    node.pod.clear();
    node.pod_uid.clear();
    node.shard.clear();
    node.host.clear();
  }
  return snapshot;
}

}  // namespace

Task Healthy(int shards) { return {"healthy", SpecFor(shards), Formed(InOneRangeEach(shards))}; }

std::vector<Task> TasksOf(int shards) {
  const int fewer = std::max(1, shards * 10 / 11);
  const ClusterSnapshot formed = Formed(InOneRangeEach(shards));
  std::vector<Task> tasks;
  tasks.push_back(Healthy(shards));
  tasks.push_back({"formation, no pods", SpecFor(shards), {.hosts = HostsFor(shards)}});
  tasks.push_back({"formation, servers up", SpecFor(shards), ServersUp(shards)});
  tasks.push_back({"+10 %", SpecFor(shards), Formed(InOneRangeEach(fewer))});
  tasks.push_back({"+10 %, no room for pods", SpecFor(shards),
                   WithWaitingPods(Formed(InOneRangeEach(fewer)), fewer, shards)});
  tasks.push_back({"-10 %", SpecFor(shards - shards / 10), formed});
  tasks.push_back({"zone lost", SpecFor(shards), WithoutZone(formed)});
  tasks.push_back(
      {"zone lost, others elected", SpecFor(shards), AfterElections(WithoutZone(formed))});
  tasks.push_back({"interleaved", SpecFor(shards), Formed(Interleaved(shards))});
  tasks.push_back({"interleaved, +10 %", SpecFor(shards), Formed(Interleaved(fewer))});
  ClusterSpec by_memory = SpecFor(shards);
  by_memory.balance = Balance::kMemory;
  tasks.push_back({"by memory", by_memory, WithSlotLoads(formed)});
  tasks.push_back({"by memory, +10 %", by_memory, WithSlotLoads(Formed(InOneRangeEach(fewer)))});
  return tasks;
}

}  // namespace redisop::bench
