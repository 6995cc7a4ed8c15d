// The service over a real channel: what a client sees.

#include "services/planner/rpc/planner_service.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "common/obs/metrics.h"
#include "common/rpc/deadline.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class PlannerServiceTest : public ::testing::Test {
 protected:
  PlannerServiceTest() { Serve(PlannerServiceLimits()); }

  void Serve(const PlannerServiceLimits& limits) {
    server_.reset();
    metrics_ = std::make_unique<Metrics>("test_");
    service_ = std::make_unique<PlannerServiceImpl>(limits, *metrics_);
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    builder.SetMaxReceiveMessageSize(32 << 20);
    server_ = builder.BuildAndStart();
    stub_ = pb::PlannerService::NewStub(server_->InProcessChannel(grpc::ChannelArguments()));
  }

  grpc::Status Compute(const pb::ComputePlanRequest& request, pb::ComputePlanResponse* response) {
    const auto context = MakeClientContext(absl::Seconds(30));
    return stub_->ComputePlan(context.get(), request, response);
  }

  static pb::ComputePlanRequest ScaleOut() {
    pb::ComputePlanRequest request;
    request.mutable_spec()->set_number_of_primaries(2);
    request.mutable_spec()->set_replication_factor(0);
    request.mutable_snapshot()->add_nodes()->set_id("a");
    request.mutable_snapshot()->mutable_nodes(0)->set_slots("0-16383");
    request.mutable_snapshot()->add_nodes()->set_id("b");
    return request;
  }

  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<PlannerServiceImpl> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<pb::PlannerService::Stub> stub_;
};

TEST_F(PlannerServiceTest, ComputesSimulatesAndChecksAPlan) {
  pb::ComputePlanResponse computed;
  ASSERT_TRUE(Compute(ScaleOut(), &computed).ok());
  EXPECT_EQ(computed.plan().bounds().slots_moved(), 8192u);
  EXPECT_THAT(computed.text(), StartsWith("move 8192 slots from a to b"));
  EXPECT_THAT(computed.plan().digest(), StartsWith("sha256:"));

  pb::SimulatePlanRequest simulate;
  *simulate.mutable_snapshot() = ScaleOut().snapshot();
  *simulate.mutable_plan() = computed.plan();
  pb::SimulatePlanResponse simulated;
  auto context = MakeClientContext(absl::Seconds(30));
  ASSERT_TRUE(stub_->SimulatePlan(context.get(), simulate, &simulated).ok());

  pb::ComputePlanRequest again = ScaleOut();
  *again.mutable_snapshot() = simulated.snapshot();
  pb::ComputePlanResponse nothing;
  ASSERT_TRUE(Compute(again, &nothing).ok());
  EXPECT_EQ(nothing.plan().steps_size(), 0);
  EXPECT_THAT(nothing.text(), StartsWith("nothing to do"));

  pb::CheckPlanRequest check;
  *check.mutable_plan() = computed.plan();
  *check.mutable_snapshot() = simulated.snapshot();
  pb::CheckPlanResponse checked;
  context = MakeClientContext(absl::Seconds(30));
  ASSERT_TRUE(stub_->CheckPlan(context.get(), check, &checked).ok());
  EXPECT_TRUE(checked.valid());
  ASSERT_EQ(checked.steps_size(), 1);
  EXPECT_EQ(checked.steps(0).state(), pb::CheckPlanResponse::StepState::DONE);
}

TEST_F(PlannerServiceTest, TheSameRequestGivesTheSameBytes) {
  pb::ComputePlanResponse one;
  pb::ComputePlanResponse other;
  ASSERT_TRUE(Compute(ScaleOut(), &one).ok());
  ASSERT_TRUE(Compute(ScaleOut(), &other).ok());
  EXPECT_EQ(one.SerializeAsString(), other.SerializeAsString());
}

TEST_F(PlannerServiceTest, MissingPartsAndHugeFieldsAreNamed) {
  pb::ComputePlanResponse response;
  const auto expect = [&](const pb::ComputePlanRequest& request, const char* message) {
    const grpc::Status status = Compute(request, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << message;
    EXPECT_THAT(status.error_message(), StartsWith(message));
  };
  expect(pb::ComputePlanRequest(), "spec: missing");
  pb::ComputePlanRequest request = ScaleOut();
  request.clear_snapshot();
  expect(request, "snapshot: missing");
  request = ScaleOut();
  request.mutable_snapshot()->mutable_nodes(1)->set_slots(std::string(10 << 20, '7'));
  expect(request, "snapshot.nodes[1].slots: 10485760 bytes long");
  request = ScaleOut();
  request.mutable_snapshot()->set_cluster_nodes(std::string(10 << 20, 'x'));
  expect(request, "snapshot.cluster_nodes: ");
  request = ScaleOut();
  request.mutable_spec()->set_number_of_primaries(-1);
  expect(request, "spec.number_of_primaries: is -1");
  request.mutable_spec()->set_number_of_primaries(1);
  request.mutable_policy()->set_tolerance_percent(99);
  expect(request, "policy.tolerance_percent: is 99");
}

TEST_F(PlannerServiceTest, ARequestThatWouldBecomeLargeIsRefusedWithAdvice) {
  pb::ComputePlanRequest request = ScaleOut();
  for (int i = 0; i < 500000; ++i) {
    request.mutable_snapshot()->add_nodes();
  }
  EXPECT_LT(request.ByteSizeLong(), size_t{2} << 20);
  pb::ComputePlanResponse response;
  const grpc::Status status = Compute(request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("more than 64 MiB in memory; send fewer"));
}

TEST_F(PlannerServiceTest, WhoFindsTheQueueFullIsToldToTryAgain) {
  Serve({.work = {.threads = 1, .waiting_bytes_max = 10}, .decoded_bytes_max = 1 << 20});
  pb::ComputePlanResponse response;
  const grpc::Status status = Compute(ScaleOut(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("try again"));
  EXPECT_THAT(metrics_->Text(), HasSubstr("{method=\"ComputePlan\",outcome=\"overloaded\"} 1"));
}

TEST_F(PlannerServiceTest, EveryExampleOfTheDocumentationIsAnswered) {
  int examples = 0;
  for (const auto& file : std::filesystem::directory_iterator("../../docs/examples")) {
    if (file.path().extension() != ".json") {
      continue;
    }
    SCOPED_TRACE(file.path());
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    pb::ComputePlanRequest request;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text, &request).ok());
    pb::ComputePlanResponse response;
    EXPECT_TRUE(Compute(request, &response).ok());
    EXPECT_THAT(response.text(), HasSubstr("Digest: sha256:"));
    ++examples;
  }
  EXPECT_GE(examples, 5);
}

}  // namespace
}  // namespace redisop
