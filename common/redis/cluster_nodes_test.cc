#include "common/redis/cluster_nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/testing/status_matchers.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string a(40, 'a');
const std::string b(40, 'b');
const std::string c(40, 'c');
const std::string d(40, 'd');

std::string Line(const std::string& id, const std::string& rest) { return id + " " + rest + "\n"; }

TEST(ClusterNodesTest, ReadsSelfAndPeers) {
  const std::string text =
      Line(b, "10.0.0.2:6379@16379,host-b,shard-id=77 slave " + a + " 0 1 3 connected") +
      Line(a, "10.0.0.1:6379@16379 myself,master - 0 0 3 connected 0-99 200 [93->-" + b +
                  "] [300-<-" + c + "]") +
      Line(c, "[::1]:6379@16379 master,fail?,nofailover - 1 1 2 disconnected 100-199") +
      Line(d, ":0@0 master,noaddr,fail,new-flag - 1 1 1 disconnected");
  ASSERT_OK_AND_ASSIGN(const NodeView view, ParseClusterNodes(text));
  EXPECT_EQ(view.self.id, a);
  EXPECT_EQ(view.self.slots.ToString(), "0-99 200");
  EXPECT_THAT(view.self.open_slots, ElementsAre(OpenSlot{93, OpenSlot::Direction::kMigrating, b},
                                                OpenSlot{300, OpenSlot::Direction::kImporting, c}));
  EXPECT_FALSE(view.self.alone);
  EXPECT_EQ(view.current_epoch, 3u);
  ASSERT_EQ(view.peers.size(), 3u);
  EXPECT_EQ(view.peers[0].role, Role::kReplica);
  EXPECT_EQ(view.peers[0].primary_id, a);
  EXPECT_EQ(view.peers[0].address, "10.0.0.2:6379@16379");
  EXPECT_EQ(view.peers[1].health, Health::kSuspected);
  EXPECT_TRUE(view.peers[1].unobserved);
  EXPECT_EQ(view.peers[1].address, "[::1]:6379@16379");
  EXPECT_EQ(view.peers[2].health, Health::kFailed);
}

TEST(ClusterNodesTest, ALonelyNodeWithoutAddressAndLineFeed) {
  ASSERT_OK_AND_ASSIGN(const NodeView view,
                       ParseClusterNodes(a + " :6379@16379 myself,master - 0 0 0 connected"));
  EXPECT_TRUE(view.self.alone);
  EXPECT_TRUE(view.peers.empty());
}

TEST(ClusterNodesTest, NodesInHandshakeAreListedApart) {
  ASSERT_OK_AND_ASSIGN(const NodeView view,
                       ParseClusterNodes(Line(a, "10.0.0.1:1@2 myself,master - 0 0 0 connected") +
                                         Line(b, "10.0.0.2:1@2 handshake - 0 0 0 disconnected")));
  EXPECT_THAT(view.handshake_ids, ElementsAre(b));
  EXPECT_TRUE(view.peers.empty());
}

TEST(ClusterNodesTest, PastedTextNeedsNoSelf) {
  ASSERT_OK_AND_ASSIGN(
      const ClusterSnapshot snapshot,
      SnapshotFromClusterNodes(Line(b, "10.0.0.2:1@2 slave " + a + " 0 0 1 connected") +
                               Line(a, "10.0.0.1:1@2 master - 0 0 1 connected 0-16383\r")));
  EXPECT_EQ(snapshot.nodes.size(), 2u);
  EXPECT_EQ(snapshot.nodes[0].id, a);
  EXPECT_TRUE(snapshot.formed);
  EXPECT_THAT(ParseClusterNodes(Line(a, "10.0.0.1:1@2 master - 0 0 1 connected")),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("myself")));
}

TEST(ClusterNodesTest, RefusesTheWholeTextForOneLineThatMakesNoSense) {
  const std::string self = Line(a, "10.0.0.1:1@2 myself,master - 0 0 1 connected 0-5");
  const struct {
    std::string line;
    const char* message;
  } kCases[] = {
      {Line(b, "1:1@2 myself,master - 0 0 1 connected"), "two lines carry 'myself'"},
      {Line(a, "1:1@2 master - 0 0 1 connected"), "listed twice"},
      {Line(b, "1:1@2 master - 0 0 1 connected 16384"), "line 2: '16384'"},
      {Line(b, "1:1@2 master - 0 0 1 connected 7-6"), "runs backwards"},
      {Line(b, "1:1@2 master - 0 0 1 connected [foo->-" + a + "]"), "not a slot"},
      {Line(b, "1:1@2 master - 0 0 1 connected [5->-x]"), "not an open slot"},
      {Line("xyz", "1:1@2 master - 0 0 1 connected"), "not 40 hexadecimal"},
      {Line(b, "1:1@2 slave " + c + " 0 0 1 connected"), "which is not listed"},
      {Line(b, "1:1@2 slave " + a + " 0 0 1 connected 9"), "cannot own slots"},
      {Line(b, "1:1@2 king - 0 0 1 connected"), "name no role"},
      {Line(b, "1:1@2 master - 0 0 x connected"), "not a number"},
      {Line(b, "1:1@2 master - 0 0 1 blabla"), "link state"},
      {Line(b, "1:1@2 master"), "has 3 words"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.line);
    EXPECT_THAT(ParseClusterNodes(self + test.line),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.message)));
  }
  EXPECT_THAT(SnapshotFromClusterNodes(""), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace redisop
