#include "common/wire/topology_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/testing/status_matchers.h"
#include "redisoperator/topology/v1/topology.pb.h"

namespace redisop {
namespace {

namespace pb = redisoperator::topology::v1;
using ::testing::HasSubstr;

ClusterSnapshot FullSnapshot() {
  Node primary;
  primary.id = std::string(40, 'a');
  primary.slots = SlotSet(SlotRange{0, 100});
  primary.open_slots = {{5, OpenSlot::Direction::kMigrating, std::string(40, 'b')},
                        {7, OpenSlot::Direction::kImporting, std::string(40, 'b')}};
  primary.address = "10.0.0.1:6379@16379";
  primary.host = "h1";
  primary.zone = "z1";
  primary.pod = "redis-0-0";
  primary.pod_uid = "uid";
  primary.shard = "0";
  primary.member = 2;
  primary.leaving = true;
  primary.unobserved = true;
  primary.age_seconds = 1.5;
  primary.health = Health::kSuspected;
  primary.config_epoch = 7;
  primary.keys = 12;
  primary.used_memory_bytes = 13;
  primary.max_memory_bytes = 14;
  primary.offset = 15;
  primary.state_fail = true;
  primary.alone = true;
  primary.loading = true;
  primary.unknown_ids = {std::string(40, 'b')};
  primary.version = "7.0.15";
  primary.slot_loads = {{SlotRange{0, 10}, 3, 4}, {SlotRange{10, 11}, 5, 6}};
  Node replica;
  replica.id = std::string(40, 'b');
  replica.role = Role::kReplica;
  replica.primary_id = primary.id;
  replica.link = Link::kSyncing;
  replica.lag_bytes = 3;
  replica.health = Health::kFailed;
  ClusterSnapshot snapshot;
  snapshot.nodes = {primary, replica};
  snapshot.pods = {{"redis-1-0", "u", "1", 0, "h", "z", true, "Unschedulable: no room"}};
  snapshot.formed = true;
  snapshot.lacking_functions = {primary.id};
  snapshot.hosts = {{"h1", "z1", true}};
  return snapshot;
}

TEST(TopologyWireTest, EveryFieldSurvivesTheRoundTrip) {
  EXPECT_THAT(FromProto(ToProto(FullSnapshot()), "snapshot"), IsOkAndHolds(FullSnapshot()));
  const Node node = FullSnapshot().nodes[0];
  EXPECT_THAT(FromProto(ToProto(node), "self"), IsOkAndHolds(node));
}

TEST(TopologyWireTest, DefaultsMeanHealthy) {
  pb::Snapshot from;
  from.add_nodes()->set_id("a");
  from.add_nodes()->set_id("b");
  from.mutable_nodes(1)->set_primary_id("a");
  ASSERT_OK_AND_ASSIGN(const ClusterSnapshot snapshot, FromProto(from, "snapshot"));
  EXPECT_EQ(snapshot.nodes[0].role, Role::kPrimary);
  EXPECT_EQ(snapshot.nodes[1].role, Role::kReplica);
  EXPECT_EQ(snapshot.nodes[1].link, Link::kInSync);
  EXPECT_EQ(snapshot.nodes[1].health, Health::kOk);
}

TEST(TopologyWireTest, ReadsClusterNodesText) {
  pb::Snapshot from;
  from.set_cluster_nodes(std::string(40, 'a') + " 1.1.1.1:1@2 myself,master - 0 0 1 connected 0-9");
  ASSERT_OK_AND_ASSIGN(const ClusterSnapshot snapshot, FromProto(from, "snapshot"));
  EXPECT_EQ(snapshot.nodes[0].slots.size(), 10);
}

TEST(TopologyWireTest, ServersThatDisagreeMayBothOwnASlot) {
  pb::Snapshot from;
  for (const char* id : {"a", "b"}) {
    pb::Node* node = from.add_nodes();
    node->set_id(id);
    node->set_slots("5");
    node->set_config_epoch(id[0]);
  }
  EXPECT_OK(FromProto(from, "snapshot"));
}

TEST(TopologyWireTest, LongReasonsAreCutBetweenCharacters) {
  pb::Snapshot from;
  from.add_pods()->set_name("p");
  from.mutable_pods(0)->set_waiting_reason("x" + std::string(4094, 'x') + "é");
  ASSERT_OK_AND_ASSIGN(const ClusterSnapshot snapshot, FromProto(from, "snapshot"));
  EXPECT_EQ(snapshot.pods[0].waiting_reason, std::string(4095, 'x'));
}

TEST(TopologyWireTest, ReasonsAreOneLine) {
  pb::Snapshot from;
  from.add_pods()->set_name("p");
  from.mutable_pods(0)->set_waiting_reason(
      "a\nb\x7f"
      "c");
  ASSERT_OK_AND_ASSIGN(const ClusterSnapshot snapshot, FromProto(from, "snapshot"));
  EXPECT_EQ(snapshot.pods[0].waiting_reason, "a b c");
}

struct BadCase {
  const char* name;
  std::function<void(pb::Snapshot&)> spoil;
  const char* message;
};

class BadSnapshot : public ::testing::TestWithParam<BadCase> {};

TEST_P(BadSnapshot, IsRefusedWithThePathOfTheField) {
  pb::Snapshot snapshot;
  for (const char* id : {"a", "b"}) {
    snapshot.add_nodes()->set_id(id);
  }
  snapshot.mutable_nodes(0)->set_slots("0-99");
  GetParam().spoil(snapshot);
  EXPECT_THAT(FromProto(snapshot, "snapshot").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
}

const BadCase kBadSnapshots[] = {
    {"NoId", [](pb::Snapshot& s) { s.mutable_nodes(1)->clear_id(); },
     "snapshot.nodes[1].id: missing"},
    {"UpperCaseId", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_id("ABC"); },
     "snapshot.nodes[1].id: is neither a node id"},
    {"LongId", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_id(std::string(10 << 20, 'a')); },
     "snapshot.nodes[1].id: 10485760 bytes long"},
    {"SameIdTwice", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_id("a"); },
     "snapshot.nodes[1].id: the same as nodes[0].id"},
    {"BackwardRange", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_slots("5-2"); },
     "snapshot.nodes[1].slots: '5-2' runs backwards"},
    {"SlotTooHigh", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_slots("16384"); },
     "snapshot.nodes[1].slots: '16384': slots run from 0 to 16383"},
    {"SlotTwice", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_slots("200 100-300"); },
     "snapshot.nodes[1].slots: '100-300' names a slot twice"},
    {"SlotText", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_slots("all"); },
     "snapshot.nodes[1].slots: 'all' is not a slot"},
    {"SlotsHuge",
     [](pb::Snapshot& s) { s.mutable_nodes(1)->set_slots(std::string(10 << 20, '1')); },
     "snapshot.nodes[1].slots: 10485760 bytes long"},
    {"SlotsOverlap", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_slots("99"); },
     "snapshot.nodes[1].slots: slot 99 belongs to nodes[0] too"},
    {"ReplicaOfNothing", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_role(pb::Node::REPLICA); },
     "snapshot.nodes[1].primary_id: missing"},
    {"ReplicaOfUnknown", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_primary_id("c"); },
     "snapshot.nodes[1].primary_id: no node of the snapshot has the id c"},
    {"ReplicaOfItself", [](pb::Snapshot& s) { s.mutable_nodes(1)->set_primary_id("b"); },
     "snapshot.nodes[1].primary_id: a node cannot copy itself"},
    {"ReplicasInACircle",
     [](pb::Snapshot& s) {
       s.mutable_nodes(0)->clear_slots();
       s.mutable_nodes(0)->set_primary_id("b");
       s.mutable_nodes(1)->set_primary_id("a");
     },
     "primary_id: replicas copy each other"},
    {"PrimaryWithPrimary",
     [](pb::Snapshot& s) {
       s.mutable_nodes(1)->set_role(pb::Node::PRIMARY);
       s.mutable_nodes(1)->set_primary_id("a");
     },
     "snapshot.nodes[1].primary_id: given for a PRIMARY"},
    {"ReplicaWithSlots",
     [](pb::Snapshot& s) {
       s.mutable_nodes(1)->set_primary_id("a");
       s.mutable_nodes(1)->set_slots("200");
     },
     "snapshot.nodes[1].slots: given for a replica"},
    {"WrongRole",
     [](pb::Snapshot& s) { s.mutable_nodes(1)->set_role(static_cast<pb::Node::Role>(9)); },
     "snapshot.nodes[1].role: 9 is not a role"},
    {"WrongHealth",
     [](pb::Snapshot& s) { s.mutable_nodes(1)->set_health(static_cast<pb::Node::Health>(9)); },
     "snapshot.nodes[1].health: 9 is not a health"},
    {"WrongLink",
     [](pb::Snapshot& s) { s.mutable_nodes(1)->set_link(static_cast<pb::Node::Link>(-1)); },
     "snapshot.nodes[1].link: -1 is not a link state"},
    {"OpenSlotText", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_open_slots("[5]"); },
     "snapshot.nodes[0].open_slots: is not a list of open slots"},
    {"OpenSlotUnknownPeer", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_open_slots("[5->-c]"); },
     "snapshot.nodes[0].open_slots: no node of the snapshot has the id c"},
    {"UnknownUnknown", [](pb::Snapshot& s) { s.mutable_nodes(0)->add_unknown_ids("c"); },
     "snapshot.nodes[0].unknown_ids: no node of the snapshot has the id c"},
    {"NegativeAge", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_age_seconds(-1); },
     "snapshot.nodes[0].age_seconds: is -1"},
    {"NotANumber", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_age_seconds(0.0 / 0.0); },
     "snapshot.nodes[0].age_seconds: is"},
    {"HugeMember", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_member(4000000000u); },
     "snapshot.nodes[0].member: is 4000000000"},
    {"ShardThatCannotNamePods", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_shard("a b"); },
     "snapshot.nodes[0].shard: is no name"},
    {"LongShard", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_shard(std::string(254, 'a')); },
     "snapshot.nodes[0].shard: is no name; give at most 253"},
    {"PodNoName", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_pod("Redis_0"); },
     "snapshot.nodes[0].pod: is no name"},
    {"ShardOfAPod",
     [](pb::Snapshot& s) {
       s.add_pods()->set_name("p");
       s.mutable_pods(0)->set_shard("A");
     },
     "snapshot.pods[0].shard: is no name"},
    {"ControlCharacter", [](pb::Snapshot& s) { s.mutable_nodes(0)->set_zone("a\nb"); },
     "snapshot.nodes[0].zone: contains a control character"},
    {"SlotLoadOfTwoRanges",
     [](pb::Snapshot& s) { s.mutable_nodes(0)->add_slot_loads()->set_slots("1 3"); },
     "snapshot.nodes[0].slot_loads[0].slots: has to be one range"},
    {"SlotLoadOfTooMuch",
     [](pb::Snapshot& s) {
       s.mutable_nodes(0)->add_slot_loads()->set_slots("1");
       s.mutable_nodes(0)->mutable_slot_loads(0)->set_bytes(uint64_t{1} << 46);
     },
     "snapshot.nodes[0].slot_loads[0].bytes: is 70368744177664; give a number from 0 to "
     "35184372088832"},
    {"NodesAndText", [](pb::Snapshot& s) { s.set_cluster_nodes("x"); },
     "snapshot.cluster_nodes: given together with nodes"},
    {"BadText",
     [](pb::Snapshot& s) {
       s.clear_nodes();
       s.set_cluster_nodes("hello");
     },
     "snapshot.cluster_nodes: line 1: has 1 words"},
    {"PodWithoutName", [](pb::Snapshot& s) { s.add_pods(); }, "snapshot.pods[0].name: missing"},
    {"PodTwice",
     [](pb::Snapshot& s) {
       s.add_pods()->set_name("p");
       s.add_pods()->set_name("p");
     },
     "snapshot.pods[1].name: pod p is given twice"},
    {"HostTwice",
     [](pb::Snapshot& s) {
       s.add_hosts()->set_name("h");
       s.add_hosts()->set_name("h");
     },
     "snapshot.hosts[1].name: host h is given twice"},
    {"SlotsOfUnknown",
     [](pb::Snapshot& s) {
       s.add_attributed_slots()->set_node_id("c");
       s.mutable_attributed_slots(0)->set_slots("5");
     },
     "snapshot.attributed_slots[0].node_id: no node of the snapshot has the id c"},
    {"NoSlotsAttributed", [](pb::Snapshot& s) { s.add_attributed_slots()->set_node_id("a"); },
     "snapshot.attributed_slots[0].slots: empty; give at least one slot"},
    {"FunctionsOfUnknown", [](pb::Snapshot& s) { s.add_lacking_functions("c"); },
     "snapshot.lacking_functions[0]: no node of the snapshot has the id c"},
    {"TooManyNodes",
     [](pb::Snapshot& s) {
       for (int i = 0; i <= kSnapshotNodesMax; ++i) {
         s.add_nodes();
       }
     },
     "snapshot.nodes: 20003 entries"},
};

INSTANTIATE_TEST_SUITE_P(All, BadSnapshot, ::testing::ValuesIn(kBadSnapshots),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace redisop
