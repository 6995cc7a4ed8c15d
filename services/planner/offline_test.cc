// The planner as a filter: what goes in, what comes out, and which mistakes are named how. And that
// docs/planner.md leaves no code unexplained.

#include "services/planner/offline.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "common/testing/status_matchers.h"
#include "redisoperator/planner/v1/planner_service.pb.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kClusterNodes[] =
    "07c37dfeb235213a872192d90877d0cd55635b91 127.0.0.1:7000@17000 myself,master - 0 0 1 connected "
    "0-16383\n"
    "67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 127.0.0.1:7001@17001 master - 0 0 2 connected\n";

constexpr char kRequest[] =
    R"({"spec":{"numberOfPrimaries":2,"replicationFactor":0},"snapshot":{"formed":true,"nodes":[)"
    R"({"id":"07c37dfeb235213a872192d90877d0cd55635b91","slots":"0-16383"},)"
    R"({"id":"67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1"}]}})";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok());
  return message;
}

absl::StatusOr<std::string> Explain(std::string_view input, std::optional<int> primaries,
                                    std::optional<int> replicas, bool json = false) {
  PlannerOptions options;
  options.command = "explain";
  options.primaries = primaries;
  options.replicas = replicas;
  options.json = json;
  return AnswerOffline(options, input);
}

TEST(Explain, ReadsClusterNodesAndRequests) {
  EXPECT_THAT(Explain(kClusterNodes, 2, 0), IsOkAndHolds(StartsWith("move 8192 slots from")));
  EXPECT_THAT(Explain(kRequest, {}, {}), IsOkAndHolds(StartsWith("move 8192 slots from")));
  EXPECT_THAT(Explain(std::string("\n ") + kRequest, {}, {}),
              IsOkAndHolds(StartsWith("move 8192 slots from")));
}

TEST(Explain, FlagsReplaceTheWishOfTheRequest) {
  EXPECT_THAT(Explain(kRequest, 1, {}), IsOkAndHolds(StartsWith("forget 1 node")));
  EXPECT_THAT(Explain(kRequest, {}, 1), IsOkAndHolds(StartsWith("create 2 pods")));
}

TEST(Explain, WritesAPlanInJsonThatTheOtherCommandsTake) {
  ASSERT_OK_AND_ASSIGN(const std::string json, Explain(kRequest, {}, {}, /*json=*/true));
  const auto computed = FromJson<pb::ComputePlanResponse>(json);
  EXPECT_EQ(computed.plan().bounds().slots_moved(), 8192u);

  pb::SimulatePlanRequest request;
  *request.mutable_plan() = computed.plan();
  *request.mutable_snapshot() = FromJson<pb::ComputePlanRequest>(kRequest).snapshot();
  std::string input;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(request, &input).ok());
  PlannerOptions options;
  options.command = "simulate";
  EXPECT_THAT(AnswerOffline(options, input),
              IsOkAndHolds(HasSubstr("67ed2db8d677e59ec4a4cefb06858cf2a1a89fa1 PRIMARY - 0-8191")));
  options.command = "check";
  EXPECT_THAT(AnswerOffline(options, input),
              IsOkAndHolds(StartsWith("the plan holds\n  s1    READY")));
}

TEST(Explain, NamesWhatIsWrongWithTheInput) {
  const struct {
    std::string input;
    std::optional<int> primaries;
    const char* words;
  } kCases[] = {
      {kClusterNodes, {}, "the input has no spec; give --primaries"},
      {R"({"snapshot":{"nodes":[]}})", {}, "the input has no spec; give --primaries"},
      {" \n", 3, "the input is empty"},
      {"NOAUTH Authentication required.\n", 3, "line 1: has 3 words"},
      {"{", 3, "no ComputePlanRequest in JSON"},
      {R"({"snapshot":{"nods":[]}})", 3, "nods"},
      {kRequest, -1, "spec.number_of_primaries: is -1"},
      {std::string(kOfflineInputBytesMax + 1, ' '), 3, "longer than"},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(Explain(test.input, test.primaries, {}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.words)));
  }
}

TEST(Documentation, ExplainsEveryFindingStepAndBlockedCode) {
  std::vector<std::string> names;
  for (const google::protobuf::EnumDescriptor* codes :
       {pb::Finding::Code_descriptor(), pb::Blocked::Code_descriptor()}) {
    for (int i = 1; i < codes->value_count(); ++i) {
      names.push_back(codes->value(i)->name());
    }
  }
  const google::protobuf::OneofDescriptor* kinds = pb::Step::descriptor()->FindOneofByName("kind");
  for (int i = 0; i < kinds->field_count(); ++i) {
    names.push_back(kinds->field(i)->message_type()->name());
  }
  const std::string text = ReadFile("../../docs/planner.md");
  std::vector<std::string> unexplained;
  for (const std::string& name : names) {
    if (text.find(fmt::format("\n| {} |", name)) == std::string::npos) {
      unexplained.push_back(name);
    }
  }
  EXPECT_THAT(unexplained, IsEmpty());
}

}  // namespace
}  // namespace redisop
