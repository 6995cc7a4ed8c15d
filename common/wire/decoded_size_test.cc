#include "common/wire/decoded_size.h"

#include <gmock/gmock.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include <string>

#include "redisoperator/planner/v1/planner_service.pb.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

constexpr size_t kNoLimit = size_t{1} << 40;

size_t Told(const std::string& bytes, size_t limit) {
  google::protobuf::io::ArrayInputStream in(bytes.data(), static_cast<int>(bytes.size()));
  return DecodedBytes(in, *pb::CheckPlanRequest::descriptor(), limit);
}

// Within a quarter of what protobuf says it took.
void ExpectRight(const pb::CheckPlanRequest& request) {
  const auto used = static_cast<double>(request.SpaceUsedLong());
  EXPECT_THAT(static_cast<double>(Told(request.SerializeAsString(), kNoLimit)),
              AllOf(Ge(0.75 * used), Le(1.25 * used)));
}

TEST(DecodedSizeTest, EmptyMessagesAreCounted) {
  pb::CheckPlanRequest request;
  for (int i = 0; i < 10000; ++i) {
    request.mutable_snapshot()->add_nodes();
    request.mutable_plan()->add_steps()->mutable_migrate_slots();
  }
  ExpectRight(request);
}

TEST(DecodedSizeTest, TextsAreCounted) {
  pb::CheckPlanRequest request;
  auto* node = request.mutable_snapshot()->add_nodes();
  for (int i = 0; i < 10000; ++i) {
    node->add_unknown_ids("");
    node->add_unknown_ids(std::string(40, 'a'));
  }
  request.mutable_plan()->set_summary(std::string(1 << 20, 'x'));
  ExpectRight(request);
}

TEST(DecodedSizeTest, CountingEndsAboveTheLimit) {
  pb::CheckPlanRequest request;
  for (int i = 0; i < 100000; ++i) {
    request.mutable_snapshot()->add_nodes();
  }
  EXPECT_THAT(Told(request.SerializeAsString(), 1000), AllOf(Ge(1001u), Le(2000u)));
}

TEST(DecodedSizeTest, WhatIsNoMessageIsCountedToWhereItBreaks) {
  pb::CheckPlanRequest request;
  request.mutable_snapshot()->add_nodes()->set_id(std::string(100, 'a'));
  const std::string bytes = request.SerializeAsString();
  for (size_t length = 0; length <= bytes.size(); ++length) {
    EXPECT_LE(Told(bytes.substr(0, length), kNoLimit), Told(bytes, kNoLimit));
  }
  EXPECT_LT(Told(std::string(1000, '\xff'), kNoLimit), 10000u);
  // A group that never ends, as deep as it is long.
  EXPECT_LT(Told(std::string(1000, '\x0b'), kNoLimit), 100000u);
}

}  // namespace
}  // namespace redisop
