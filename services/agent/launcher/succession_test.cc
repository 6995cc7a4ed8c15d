#include "services/agent/launcher/succession.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

const std::string kA(40, 'a');
const std::string kB(40, 'b');
const std::string kC(40, 'c');
const std::string kD(40, 'd');

TEST(SuccessionTest, ReadsWhoMayFollow) {
  const FormerSelf self =
      ReadFormerSelf(kA + " 10.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-5460\n" + kB +
                     " 10.0.0.2:6379@16379,host slave " + kA + " 0 1 1 connected\n" + kC +
                     " fd00::3:6379@16379 master - 0 1 2 connected 5461-16383\n" + kD +
                     " 10.0.0.4:6379@16379 slave,fail " + kA + " 0 1 1 disconnected\n" +
                     "vars currentEpoch 6 lastVoteEpoch 0\n");
  EXPECT_EQ(self.id, kA);
  EXPECT_TRUE(self.owned_slots);
  EXPECT_THAT(self.others, ElementsAre(Field(&ListedNode::address, "10.0.0.2:6379"),
                                       Field(&ListedNode::address, "fd00::3:6379")));
  EXPECT_FALSE(self.others[0].owned_slots);
  EXPECT_TRUE(self.others[1].owned_slots);
}

TEST(SuccessionTest, NobodyIsWaitedForByANodeWithoutSlots) {
  const FormerSelf self =
      ReadFormerSelf(kB + " 10.0.0.2:6379@16379 myself,slave " + kA + " 0 1 1 connected\n" + kA +
                     " 10.0.0.1:6379@16379 master - 0 0 1 connected 0-16383\n");
  EXPECT_FALSE(self.owned_slots);
  EXPECT_THAT(ReadFormerSelf("vars currentEpoch 0").others, IsEmpty());
  AwaitSuccession(self, "10.0.0.2", Settings());  // returns: there is nobody to wait for
}

}  // namespace
}  // namespace redisop
