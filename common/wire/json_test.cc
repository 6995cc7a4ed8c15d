#include "common/wire/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/testing/status_matchers.h"
#include "redisoperator/topology/v1/topology.pb.h"

namespace redisop {
namespace {

TEST(WriteJson, WritesLinesInTheOrderOfTheFields) {
  redisoperator::topology::v1::Node node;
  node.set_pod("redis-0-0");
  node.set_id("a");
  EXPECT_THAT(WriteJson(node), IsOkAndHolds("{\n \"id\": \"a\",\n \"pod\": \"redis-0-0\"\n}\n"));
}

}  // namespace
}  // namespace redisop
