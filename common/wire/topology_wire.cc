#include "common/wire/topology_wire.h"

#include <fmt/format.h>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/redis/cluster_nodes.h"
#include "common/wire/field.h"
#include "common/wire/snapshot_check.h"
#include "redisoperator/topology/v1/topology.pb.h"

namespace redisop {
namespace {

namespace pb = redisoperator::topology::v1;
using wire::BadField;
using wire::CheckId;
using wire::CheckNumber;
using wire::CheckOptionalId;
using wire::CheckOptionalName;
using wire::CheckText;
using wire::CutText;
using wire::FieldPath;
using wire::kNameBytesMax;
using wire::kTextBytesMax;

constexpr double kAgeSecondsMax = 1e10;
constexpr uint32_t kMembersMax = 10000;
constexpr size_t kOpenSlotsBytesMax = 1 << 20;
// 32 TiB: more than any server holds, and all slots together still fit into 63 bits.
constexpr double kLoadOfSlotMax = double{1ull << 45};

std::string OpenSlotsText(const std::vector<OpenSlot>& open_slots) {
  std::string text;
  for (const OpenSlot& open : open_slots) {
    text +=
        fmt::format("{}[{}{}{}]", text.empty() ? "" : " ", open.slot,
                    open.direction == OpenSlot::Direction::kMigrating ? "->-" : "-<-", open.peer);
  }
  return text;
}

// "[93-<-id] [77->-id]"
absl::StatusOr<std::vector<OpenSlot>> ReadOpenSlots(std::string_view text, const FieldPath& path) {
  std::vector<OpenSlot> open_slots;
  if (text.size() > kOpenSlotsBytesMax) {
    return BadField(path, fmt::format("{} bytes long, at most {} are allowed", text.size(),
                                      kOpenSlotsBytesMax));
  }
  constexpr std::string_view kHint = "is not a list of open slots like [93-<-id] [77->-id]";
  size_t at = text.find_first_not_of(' ');
  while (at != std::string_view::npos) {
    const size_t end = text.find(']', at);
    if (text[at] != '[' || end == std::string_view::npos) {
      return BadField(path, kHint);
    }
    const std::string_view part = text.substr(at + 1, end - at - 1);
    size_t mark = part.find("->-");
    const bool migrating = mark != std::string_view::npos;
    mark = migrating ? mark : part.find("-<-");
    if (mark == std::string_view::npos) {
      return BadField(path, kHint);
    }
    ASSIGN_OR_RETURN(const SlotSet slot, wire::ReadSlots(std::string(part.substr(0, mark)), path));
    const std::string peer(part.substr(mark + 3));
    RETURN_IF_ERROR(CheckId(peer, path));
    if (slot.size() != 1) {
      return BadField(path, kHint);
    }
    open_slots.push_back(
        {slot.Slots().front(),
         migrating ? OpenSlot::Direction::kMigrating : OpenSlot::Direction::kImporting, peer});
    at = text.find_first_not_of(' ', end + 1);
  }
  return open_slots;
}

absl::Status ReadRole(const pb::Node& from, const FieldPath& path, Node& node) {
  node.primary_id = from.primary_id();
  RETURN_IF_ERROR(CheckOptionalId(node.primary_id, path / "primary_id"));
  switch (from.role()) {
    case pb::Node::ROLE_UNSPECIFIED:
      node.role = node.primary_id.empty() ? Role::kPrimary : Role::kReplica;
      break;
    case pb::Node::PRIMARY:
      node.role = Role::kPrimary;
      if (!node.primary_id.empty()) {
        return BadField(path / "primary_id",
                        "given for a PRIMARY; leave it out, or make the role REPLICA");
      }
      break;
    case pb::Node::REPLICA:
      node.role = Role::kReplica;
      if (node.primary_id.empty()) {
        return BadField(path / "primary_id", "missing; a REPLICA names the primary that it copies");
      }
      break;
    default:
      return BadField(path / "role", fmt::format("{} is not a role; give PRIMARY or REPLICA",
                                                 static_cast<int>(from.role())));
  }
  if (node.role == Role::kReplica && node.primary_id == node.id) {
    return BadField(path / "primary_id", "a node cannot copy itself; name its primary");
  }
  return absl::OkStatus();
}

absl::Status ReadSlotLoads(const pb::Node& from, const FieldPath& path, Node& node) {
  SlotSet seen;
  const FieldPath loads = path / "slot_loads";
  for (int i = 0; i < from.slot_loads_size(); ++i) {
    const pb::SlotLoad& load = from.slot_loads(i);
    const FieldPath entry = loads[i];
    const FieldPath where = entry / "slots";
    ASSIGN_OR_RETURN(const SlotSet slots, wire::ReadSlots(load.slots(), where));
    const std::vector<SlotRange> ranges = slots.Ranges();
    if (ranges.size() != 1) {
      return BadField(where, "has to be one range like 0-99");
    }
    if (seen.Overlaps(slots)) {
      return BadField(where, fmt::format("'{}' is given twice", load.slots()));
    }
    for (const auto& [load_of_slot, name] :
         {std::pair{load.keys(), "keys"}, {load.bytes(), "bytes"}}) {
      RETURN_IF_ERROR(
          CheckNumber(static_cast<double>(load_of_slot), 0, kLoadOfSlotMax, entry / name));
    }
    seen.Add(slots);
    node.slot_loads.push_back({ranges.front(), load.keys(), load.bytes()});
  }
  return absl::OkStatus();
}

absl::Status ReadStates(const pb::Node& from, const FieldPath& path, Node& node) {
  if (from.health() < pb::Node::HEALTH_UNSPECIFIED || from.health() > pb::Node::FAILED) {
    return BadField(path / "health", fmt::format("{} is not a health; give OK, SUSPECTED or FAILED",
                                                 static_cast<int>(from.health())));
  }
  if (from.link() < pb::Node::LINK_UNSPECIFIED || from.link() > pb::Node::DOWN) {
    return BadField(path / "link",
                    fmt::format("{} is not a link state; give IN_SYNC, SYNCING or DOWN",
                                static_cast<int>(from.link())));
  }
  node.health = from.health() == pb::Node::FAILED      ? Health::kFailed
                : from.health() == pb::Node::SUSPECTED ? Health::kSuspected
                                                       : Health::kOk;
  node.link = from.link() == pb::Node::DOWN      ? Link::kDown
              : from.link() == pb::Node::SYNCING ? Link::kSyncing
                                                 : Link::kInSync;
  return absl::OkStatus();
}

absl::Status CheckTexts(const pb::Node& from, const FieldPath& path) {
  const std::pair<const std::string*, const char*> kTexts[] = {{&from.address(), "address"},
                                                               {&from.host(), "host"},
                                                               {&from.zone(), "zone"},
                                                               {&from.pod_uid(), "pod_uid"},
                                                               {&from.version(), "version"}};
  for (const auto& [text, name] : kTexts) {
    RETURN_IF_ERROR(CheckText(*text, kNameBytesMax, path / name));
  }
  RETURN_IF_ERROR(CheckOptionalName(from.pod(), path / "pod"));
  RETURN_IF_ERROR(CheckOptionalName(from.shard(), path / "shard"));
  if (from.member() > kMembersMax) {
    return BadField(path / "member",
                    fmt::format("is {}; at most {} are allowed", from.member(), kMembersMax));
  }
  return CheckNumber(from.age_seconds(), 0, kAgeSecondsMax, path / "age_seconds");
}

absl::StatusOr<Pod> ReadPod(const pb::Pod& from, const FieldPath& path) {
  RETURN_IF_ERROR(CheckId(from.name(), path / "name"));
  RETURN_IF_ERROR(CheckOptionalName(from.shard(), path / "shard"));
  for (const auto& [text, name] :
       {std::pair{&from.uid(), "uid"}, {&from.host(), "host"}, {&from.zone(), "zone"}}) {
    RETURN_IF_ERROR(CheckText(*text, kNameBytesMax, path / name));
  }
  if (from.member() > kMembersMax) {
    return BadField(path / "member",
                    fmt::format("is {}; at most {} are allowed", from.member(), kMembersMax));
  }
  return Pod{.name = from.name(),
             .uid = from.uid(),
             .shard = from.shard(),
             .member = static_cast<int>(from.member()),
             .host = from.host(),
             .zone = from.zone(),
             .leaving = from.leaving(),
             .waiting_reason = CutText(from.waiting_reason(), kTextBytesMax)};
}

absl::Status ReadPodsAndHosts(const pb::Snapshot& from, const FieldPath& path,
                              ClusterSnapshot& snapshot) {
  const FieldPath pods = path / "pods";
  const FieldPath hosts = path / "hosts";
  for (int i = 0; i < from.pods_size(); ++i) {
    ASSIGN_OR_RETURN(Pod pod, ReadPod(from.pods(i), pods[i]));
    snapshot.pods.push_back(std::move(pod));
  }
  for (int i = 0; i < from.hosts_size(); ++i) {
    const pb::Host& host = from.hosts(i);
    const FieldPath where = hosts[i];
    if (host.name().empty()) {
      return BadField(where / "name", "missing; give the name of the machine");
    }
    RETURN_IF_ERROR(CheckText(host.name(), kNameBytesMax, where / "name"));
    RETURN_IF_ERROR(CheckText(host.zone(), kNameBytesMax, where / "zone"));
    snapshot.hosts.push_back({host.name(), host.zone(), host.unschedulable()});
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(const pb::Snapshot& from, const FieldPath& path) {
  for (const auto& [count, name] : {std::pair{from.nodes_size(), "nodes"},
                                    {from.pods_size(), "pods"},
                                    {from.hosts_size(), "hosts"},
                                    {from.attributed_slots_size(), "attributed_slots"}}) {
    if (count > kSnapshotNodesMax) {
      return BadField(path / name,
                      fmt::format("{} entries, at most {} are allowed", count, kSnapshotNodesMax));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Node> ReadNode(const pb::Node& from, const FieldPath& path) {
  Node node;
  node.id = from.id();
  RETURN_IF_ERROR(CheckId(node.id, path / "id"));
  RETURN_IF_ERROR(ReadRole(from, path, node));
  ASSIGN_OR_RETURN(node.slots, wire::ReadSlots(from.slots(), path / "slots"));
  if (node.role == Role::kReplica && !node.slots.empty()) {
    return BadField(path / "slots", "given for a replica; only primaries own slots");
  }
  ASSIGN_OR_RETURN(node.open_slots, ReadOpenSlots(from.open_slots(), path / "open_slots"));
  RETURN_IF_ERROR(CheckTexts(from, path));
  RETURN_IF_ERROR(ReadStates(from, path, node));
  RETURN_IF_ERROR(ReadSlotLoads(from, path, node));
  node.address = from.address();
  node.host = from.host();
  node.zone = from.zone();
  node.pod = from.pod();
  node.pod_uid = from.pod_uid();
  node.shard = from.shard();
  node.member = static_cast<int>(from.member());
  node.leaving = from.leaving();
  node.unobserved = from.unobserved();
  node.age_seconds = from.age_seconds();
  node.config_epoch = from.config_epoch();
  node.keys = from.keys();
  node.used_memory_bytes = from.used_memory_bytes();
  node.max_memory_bytes = from.max_memory_bytes();
  node.lag_bytes = from.lag_bytes();
  node.offset = from.offset();
  node.state_fail = from.state_fail();
  node.alone = from.alone();
  node.loading = from.loading();
  node.version = from.version();
  const FieldPath unknown_ids = path / "unknown_ids";
  node.unknown_ids.assign(from.unknown_ids().begin(), from.unknown_ids().end());
  for (size_t i = 0; i < node.unknown_ids.size(); ++i) {
    RETURN_IF_ERROR(CheckId(node.unknown_ids[i], unknown_ids[static_cast<int>(i)]));
  }
  return node;
}

}  // namespace

pb::Node ToProto(const Node& node) {
  pb::Node to;
  to.set_id(node.id);
  to.set_role(node.role == Role::kPrimary ? pb::Node::PRIMARY : pb::Node::REPLICA);
  to.set_primary_id(node.primary_id);
  to.set_slots(node.slots.ToString());
  to.set_open_slots(OpenSlotsText(node.open_slots));
  to.set_address(node.address);
  to.set_host(node.host);
  to.set_zone(node.zone);
  to.set_pod(node.pod);
  to.set_pod_uid(node.pod_uid);
  to.set_shard(node.shard);
  to.set_member(static_cast<uint32_t>(node.member));
  to.set_leaving(node.leaving);
  to.set_unobserved(node.unobserved);
  to.set_age_seconds(node.age_seconds);
  to.set_health(node.health == Health::kFailed      ? pb::Node::FAILED
                : node.health == Health::kSuspected ? pb::Node::SUSPECTED
                                                    : pb::Node::OK);
  to.set_config_epoch(node.config_epoch);
  to.set_keys(node.keys);
  to.set_used_memory_bytes(node.used_memory_bytes);
  to.set_max_memory_bytes(node.max_memory_bytes);
  to.set_link(node.link == Link::kDown      ? pb::Node::DOWN
              : node.link == Link::kSyncing ? pb::Node::SYNCING
                                            : pb::Node::IN_SYNC);
  to.set_lag_bytes(node.lag_bytes);
  to.set_offset(node.offset);
  to.set_state_fail(node.state_fail);
  to.set_alone(node.alone);
  for (const NodeId& id : node.unknown_ids) {
    to.add_unknown_ids(id);
  }
  to.set_version(node.version);
  to.set_loading(node.loading);
  for (const SlotLoad& load : node.slot_loads) {
    pb::SlotLoad* added = to.add_slot_loads();
    added->set_slots(SlotSet(load.slots).ToString());
    added->set_keys(load.keys);
    added->set_bytes(load.bytes);
  }
  return to;
}

pb::Snapshot ToProto(const ClusterSnapshot& snapshot) {
  pb::Snapshot to;
  for (const Node& node : snapshot.nodes) {
    *to.add_nodes() = ToProto(node);
  }
  for (const Pod& pod : snapshot.pods) {
    pb::Pod* added = to.add_pods();
    added->set_name(pod.name);
    added->set_uid(pod.uid);
    added->set_shard(pod.shard);
    added->set_member(static_cast<uint32_t>(pod.member));
    added->set_host(pod.host);
    added->set_zone(pod.zone);
    added->set_leaving(pod.leaving);
    added->set_waiting_reason(pod.waiting_reason);
  }
  to.set_formed(snapshot.formed);
  for (const NodeId& id : snapshot.lacking_functions) {
    to.add_lacking_functions(id);
  }
  for (const SlotAttribution& attribution : snapshot.attributed) {
    pb::SlotAttribution* added = to.add_attributed_slots();
    added->set_node_id(attribution.node_id);
    added->set_slots(attribution.slots.ToString());
  }
  for (const Host& host : snapshot.hosts) {
    pb::Host* added = to.add_hosts();
    added->set_name(host.name);
    added->set_zone(host.zone);
    added->set_unschedulable(host.unschedulable);
  }
  return to;
}

absl::StatusOr<Node> FromProto(const pb::Node& from, std::string_view path) {
  return ReadNode(from, path);
}

absl::StatusOr<ClusterSnapshot> FromProto(const pb::Snapshot& from, std::string_view text) {
  const FieldPath path(text);
  RETURN_IF_ERROR(CheckSizes(from, path));
  ClusterSnapshot snapshot;
  if (!from.cluster_nodes().empty()) {
    const FieldPath where = path / "cluster_nodes";
    if (from.nodes_size() > 0) {
      return BadField(where, "given together with nodes; give one of the two");
    }
    absl::StatusOr<ClusterSnapshot> parsed = SnapshotFromClusterNodes(from.cluster_nodes());
    if (!parsed.ok()) {
      return BadField(where, CutText(MessageOf(parsed.status()), kTextBytesMax));
    }
    snapshot = *std::move(parsed);
  }
  const FieldPath nodes = path / "nodes";
  snapshot.nodes.reserve(static_cast<size_t>(from.nodes_size()));
  for (int i = 0; i < from.nodes_size(); ++i) {
    ASSIGN_OR_RETURN(Node node, ReadNode(from.nodes(i), nodes[i]));
    snapshot.nodes.push_back(std::move(node));
  }
  RETURN_IF_ERROR(ReadPodsAndHosts(from, path, snapshot));
  snapshot.formed = snapshot.formed || from.formed();
  snapshot.lacking_functions.assign(from.lacking_functions().begin(),
                                    from.lacking_functions().end());
  const FieldPath attributed_slots = path / "attributed_slots";
  for (int i = 0; i < from.attributed_slots_size(); ++i) {
    const pb::SlotAttribution& attribution = from.attributed_slots(i);
    ASSIGN_OR_RETURN(SlotSet slots,
                     wire::ReadSlots(attribution.slots(), attributed_slots[i] / "slots"));
    snapshot.attributed.push_back({attribution.node_id(), std::move(slots)});
  }
  RETURN_IF_ERROR(wire::CheckSnapshot(snapshot, text));
  return Canonical(std::move(snapshot));
}

}  // namespace redisop
