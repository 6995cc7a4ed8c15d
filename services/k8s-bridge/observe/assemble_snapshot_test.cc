#include "services/k8s-bridge/observe/assemble_snapshot.h"

#include <gmock/gmock.h>

#include "common/testing/status_matchers.h"
#include "services/k8s-bridge/observe/slot_claims.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

MemberPodState PodOf(const std::string& uid, const std::string& shard, const std::string& host) {
  return {.name = "p-" + uid, .uid = uid, .shard = shard, .ip = "10.0.0.1", .host = host};
}

NodeObservation Seen(const std::string& uid, const NodeId& id, std::vector<Node> peers = {}) {
  NodeObservation seen;
  seen.pod_uid = uid;
  seen.cluster_uid = "cluster";
  seen.answers = true;
  seen.view.self.id = id;
  seen.view.peers = std::move(peers);
  return seen;
}

const std::vector<Host> kHosts = {{.name = "h1", .zone = "z1"}, {.name = "h2", .zone = "z2"}};

TEST(AssembleSnapshot, NodesGetPodShardHostAndZone) {
  const ClusterSnapshot snapshot =
      AssembleSnapshot({PodOf("u1", "0", "h2")}, {Seen("u1", "a")}, {}, kHosts, "cluster", true);
  ASSERT_THAT(snapshot.nodes, SizeIs(1));
  EXPECT_EQ(snapshot.nodes[0].pod, "p-u1");
  EXPECT_EQ(snapshot.nodes[0].shard, "0");
  EXPECT_EQ(snapshot.nodes[0].zone, "z2");
  EXPECT_TRUE(snapshot.formed);
  EXPECT_THAT(snapshot.pods, IsEmpty());
}

TEST(AssembleSnapshot, ASilentPodKeepsItsNode) {
  const ClusterSnapshot snapshot = AssembleSnapshot(
      {PodOf("u1", "0", "h1"), PodOf("u2", "1", "h2")}, {Seen("u1", "a", {Node{.id = "b"}})},
      {{"u2", "b"}}, kHosts, "cluster", true);
  const Node* b = snapshot.Find("b");
  ASSERT_NE(b, nullptr);
  EXPECT_TRUE(b->unobserved);
  EXPECT_EQ(b->pod, "p-u2");
  EXPECT_EQ(b->shard, "1");
}

TEST(AssembleSnapshot, APodWithoutNodeIsListed) {
  const ClusterSnapshot snapshot =
      AssembleSnapshot({PodOf("u1", "0", "")}, {}, {}, kHosts, "cluster", false);
  EXPECT_THAT(snapshot.nodes, IsEmpty());
  EXPECT_THAT(snapshot.pods, ElementsAre(Field(&Pod::name, "p-u1")));
}

TEST(AssembleSnapshot, ForeignAnswersDoNotCount) {
  NodeObservation foreign = Seen("u1", "a");
  foreign.cluster_uid = "other";
  EXPECT_THAT(AssembleSnapshot({PodOf("u1", "0", "h1")}, {foreign, Seen("u9", "z")}, {}, kHosts,
                               "cluster", false)
                  .nodes,
              IsEmpty());
}

TEST(AssembleSnapshot, OneNodeIdInTwoPodsIsOneNode) {
  const ClusterSnapshot snapshot =
      AssembleSnapshot({PodOf("u1", "0", "h1"), PodOf("u2", "0", "h2")},
                       {Seen("u1", "a"), Seen("u2", "a")}, {}, kHosts, "cluster", true);
  EXPECT_THAT(snapshot.nodes, ElementsAre(Field(&Node::pod_uid, "u1")));
  EXPECT_THAT(snapshot.pods, ElementsAre(Field(&Pod::uid, "u2")));
}

TEST(AssembleSnapshot, ALostPrimaryIsThereForItsReplicas) {
  NodeObservation replica = Seen("u1", "r");
  replica.view.self.role = Role::kReplica;
  replica.view.self.primary_id = "gone";
  const ClusterSnapshot snapshot =
      AssembleSnapshot({PodOf("u1", "0", "h1")}, {replica}, {}, kHosts, "cluster", true);
  ASSERT_NE(snapshot.Find("gone"), nullptr);
  EXPECT_TRUE(snapshot.Find("gone")->unobserved);
}

TEST(ReadMemberPod, ReadsWhatKubernetesSays) {
  ASSERT_OK_AND_ASSIGN(const KubeObject object, ParseObject(R"({
    "metadata": {"name": "c-2-1", "uid": "u", "labels": {"redisoperator.io/shard": "2",
      "redisoperator.io/member": "1", "redisoperator.io/role": "replica"}},
    "spec": {"nodeName": "h"},
    "status": {"phase": "Pending", "podIP": "10.1.2.3", "containerStatuses":
      [{"state": {"waiting": {"reason": "ErrImagePull", "message": "no such image"}}}]}})"));
  ASSERT_OK_AND_ASSIGN(const MemberPodState pod, ReadMemberPod(object));
  EXPECT_EQ(pod.shard, "2");
  EXPECT_EQ(pod.member, 1);
  EXPECT_EQ(pod.ip, "10.1.2.3");
  EXPECT_EQ(pod.role_label, "replica");
  EXPECT_EQ(pod.waiting_reason, "ErrImagePull: no such image");
  EXPECT_FALSE(pod.leaving);
}

TEST(ReadMemberPod, RefusesPodsWithoutPlace) {
  ASSERT_OK_AND_ASSIGN(const KubeObject object, ParseObject(R"({"metadata": {"name": "x"}})"));
  EXPECT_THAT(ReadMemberPod(object), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ReadHost, TaintsKeepPodsAway) {
  ASSERT_OK_AND_ASSIGN(const KubeObject node, ParseObject(R"({
    "metadata": {"name": "h", "labels": {"zone": "z"}},
    "spec": {"taints": [{"key": "k", "effect": "NoSchedule"}]}})"));
  EXPECT_EQ(ReadHost(node, "zone"), (Host{.name = "h", .zone = "z", .unschedulable = true}));
}

TEST(SlotClaims, DisputesAreFound) {
  NodeView a{.self = {.id = "a", .slots = SlotSet(SlotRange{0, 10})}};
  NodeView b{.self = {.id = "b", .slots = SlotSet(SlotRange{10, 20})},
             .peers = {{.id = "c", .slots = SlotSet(SlotRange{5, 6})}}};
  EXPECT_EQ(DisputedSlots(ClaimsOf({a, b})).ToString(), "5");
}

TEST(SlotClaims, RolesThatNotAllKnowAreFound) {
  const Node b{.id = "b", .role = Role::kReplica, .primary_id = "a"};
  const NodeView a{.self = {.id = "a"}, .peers = {{.id = "b"}}};
  EXPECT_THAT(DisputedRoles({a, {.self = b, .peers = {{.id = "a"}}}}), ElementsAre("b"));
  EXPECT_THAT(DisputedRoles({{.self = {.id = "a"}, .peers = {b}}, {.self = b}}), IsEmpty());
}

}  // namespace
}  // namespace redisop
