// The planner as other tooling meets it: grpcurl, reflection, health, and the requests of
// docs/examples/.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/testing/await.h"
#include "common/testing/free_port.h"
#include "common/testing/process.h"
#include "common/testing/status_matchers.h"
#include "integration/world/world.h"

namespace redisop::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kComputePlan[] = "redisoperator.planner.v1.PlannerService/ComputePlan";

class GrpcurlTest : public ::testing::Test {
 protected:
  void SetUp() override {
    address_ = fmt::format("127.0.0.1:{}", FreePort());
    ASSERT_OK_AND_ASSIGN(
        planner_, Process::Start({.arguments = {BinaryDirectory() + "/redis-operator-planner",
                                                "--listen", address_, "--plaintext"},
                                  .environment = {},
                                  .working_directory = "",
                                  .output_file = "",
                                  .input = ""}));
    ASSERT_TRUE(Await(absl::Seconds(10), [&] {
      return Grpcurl({address_, "grpc.health.v1.Health/Check"}).output.find("SERVING") !=
             std::string::npos;
    })) << planner_->Output();
  }

  Finished Grpcurl(std::vector<std::string> arguments, const std::string& input = "") {
    std::vector<std::string> all = {SourceDirectory() + "/build/kube/bin/grpcurl", "-plaintext"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const absl::StatusOr<Finished> finished = RunProcess({.arguments = all,
                                                          .environment = {},
                                                          .working_directory = "",
                                                          .output_file = "",
                                                          .input = input},
                                                         absl::Seconds(20));
    EXPECT_OK(finished.status());
    return finished.value_or(Finished{-1, ""});
  }

  Finished ComputePlan(const std::string& request) {
    return Grpcurl({"-d", "@", address_, kComputePlan}, request);
  }

  std::string address_;
  std::unique_ptr<Process> planner_;
};

TEST_F(GrpcurlTest, ListsAndDescribesEverything) {
  EXPECT_THAT(Grpcurl({address_, "list"}).output,
              AllOf(HasSubstr("redisoperator.planner.v1.PlannerService"),
                    HasSubstr("grpc.health.v1.Health")));
  EXPECT_THAT(Grpcurl({address_, "describe", "redisoperator.planner.v1.PlannerService"}).output,
              AllOf(HasSubstr("ComputePlan"), HasSubstr("SimulatePlan"), HasSubstr("CheckPlan")));
  const Finished health = Grpcurl({address_, "describe", "grpc.health.v1.Health"});
  EXPECT_EQ(health.exit_code, 0) << "reflection describes health too";
}

// Each example: the request of one situation, and words that its plan must say.
TEST_F(GrpcurlTest, TheExamplesGivePlansThatPeopleCanRead) {
  const struct {
    const char* file;
    std::vector<const char*> words;
  } kExamples[] = {
      {"scale-out", {"migrate_slots", "SLOTS_UNBALANCED", "\"slots_moved\": 4096"}},
      {"scale-in", {"migrate_slots", "delete_pod", "SHARD_SURPLUS"}},
      {"lost-primary", {"forget_node", "attach_replica", "NODE_LOST"}},
      {"open-slot", {"close_open_slot", "SLOT_OPEN"}},
      {"no-safe-target", {"\"blocked\"", "TARGET_LACKS_MEMORY"}},
  };
  for (const auto& example : kExamples) {
    SCOPED_TRACE(example.file);
    std::ifstream file(SourceDirectory() + "/docs/examples/" + example.file + ".json");
    ASSERT_TRUE(file.good());
    std::stringstream request;
    request << file.rdbuf();
    const Finished answer = ComputePlan(request.str());
    EXPECT_EQ(answer.exit_code, 0) << answer.output;
    for (const char* word : example.words) {
      EXPECT_THAT(answer.output, HasSubstr(word));
    }
    const nlohmann::json response = nlohmann::json::parse(answer.output);
    EXPECT_THAT(response["plan"]["summary"].get<std::string>(), Not(IsEmpty()));
    EXPECT_EQ(response["plan"]["digest"].get<std::string>().rfind("sha256:", 0), 0u);
  }
}

TEST_F(GrpcurlTest, BadInputIsNamedAndHarmsNothing) {
  const std::string huge =
      fmt::format(R"({{"snapshot":{{"clusterNodes":"{}"}}}})", std::string(10 << 20, 'x'));
  const std::string a(40, 'a');
  const struct {
    std::string request;
    const char* code;
    const char* words;
  } kCases[] = {
      {fmt::format(R"({{"spec":{{"numberOfPrimaries":1}},)"
                   R"("snapshot":{{"nodes":[{{"id":"{}","slots":"5-2"}}]}}}})",
                   a),
       "InvalidArgument", "snapshot.nodes[0].slots"},
      {R"({"spec":{"numberOfPrimaries":-1},"snapshot":{"nodes":[]}})", "InvalidArgument",
       "spec.number_of_primaries"},
      {R"({"snapshot":{"nodes":[{"role":"KING"}]}})", "", "KING"},
      {huge, "", ""},
  };
  for (const auto& test : kCases) {
    const Finished answer = ComputePlan(test.request);
    EXPECT_NE(answer.exit_code, 0);
    EXPECT_THAT(answer.output, AllOf(HasSubstr(test.code), HasSubstr(test.words)));
  }
  EXPECT_THAT(Grpcurl({address_, "grpc.health.v1.Health/Check"}).output, HasSubstr("SERVING"));
}

}  // namespace
}  // namespace redisop::integration
