// The agent as callers see it: over gRPC and HTTP, with real redis-servers behind it.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "common/base/status.h"
#include "common/redis/redis_connection.h"
#include "common/rpc/channel_factory.h"
#include "common/rpc/deadline.h"
#include "common/testing/await.h"
#include "common/testing/redis_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "redisoperator/agent/v1/agent_service.grpc.pb.h"
#include "services/agent/agent.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace v1 = redisoperator::agent::v1;

class AgentRpcTest : public ::testing::Test {
 protected:
  void StartRedis(const std::string& pod) {
    auto redis = RedisProcess::Start({.instances_dir = dir_.path(), .pod = pod});
    ASSERT_THAT(redis, IsOk());
    redis_.push_back(*std::move(redis));
  }

  void StartAgent() {
    agent_ = nullptr;
    AgentOptions options{
        .instances_dir = dir_.path(), .listen = "127.0.0.1:0", .http_listen = "127.0.0.1:0"};
    options.security.plaintext = true;
    auto agent = Agent::Start(options);
    ASSERT_THAT(agent, IsOk());
    agent_ = *std::move(agent);
    ASSERT_OK_AND_ASSIGN(auto channel,
                         MakeChannel(agent_->address(), {.security = options.security}));
    stub_ = v1::AgentService::NewStub(channel);
  }

  v1::Observation Observe(const std::string& pod_uid) {
    v1::ObserveRequest request;
    request.set_pod_uid(pod_uid);
    v1::ObserveResponse response;
    const auto context = MakeClientContext(absl::Seconds(10));
    const grpc::Status status = stub_->Observe(context.get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.observation();
  }

  v1::StartStepRequest SetMaxMemory(const std::string& step_id, const RedisProcess& redis) {
    v1::StartStepRequest request;
    request.set_step_id(step_id);
    request.mutable_fence()->set_token(3);
    request.mutable_fence()->set_cluster_uid("cluster-uid");
    request.mutable_fence()->set_pod_uid(redis.pod_uid());
    const v1::Observation observation = Observe(redis.pod_uid());
    request.mutable_fence()->set_node_id(observation.self().id());
    request.mutable_fence()->set_state_digest(observation.state_digest());
    request.mutable_step()->set_id("s1");
    auto& step = *request.mutable_step()->mutable_set_config();
    step.add_node_ids(observation.self().id());
    (*step.mutable_settings())["maxmemory"] = "64mb";
    return request;
  }

  // A step that runs until it is cancelled: it waits for a node that never comes.
  v1::StartStepRequest Endless(const std::string& step_id, const RedisProcess& redis) {
    v1::StartStepRequest request = SetMaxMemory(step_id, redis);
    request.mutable_step()->mutable_attach_replica()->set_replica_id(request.fence().node_id());
    request.mutable_step()->mutable_attach_replica()->set_primary_id(std::string(40, 'a'));
    request.set_timeout_seconds(600);
    return request;
  }

  grpc::Status Start(const v1::StartStepRequest& request, v1::StartStepResponse* response) {
    const auto context = MakeClientContext(absl::Seconds(10));
    return stub_->StartStep(context.get(), request, response);
  }

  v1::StepState Get(const std::string& pod_uid, const std::string& step_id, uint32_t wait) {
    v1::GetStepRequest request;
    request.set_pod_uid(pod_uid);
    request.set_step_id(step_id);
    request.set_wait_milliseconds(wait);
    v1::GetStepResponse response;
    const auto context = MakeClientContext(absl::Seconds(40));
    const grpc::Status status = stub_->GetStep(context.get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.state();
  }

  TempDir dir_;
  std::vector<std::unique_ptr<RedisProcess>> redis_;
  std::unique_ptr<Agent> agent_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
};

TEST_F(AgentRpcTest, ObservesEachOfItsInstances) {
  StartAgent();  // before there is an instance
  v1::ObserveResponse response;
  const auto context = MakeClientContext(absl::Seconds(10));
  EXPECT_EQ(stub_->Observe(context.get(), {}, &response).error_code(), grpc::StatusCode::NOT_FOUND);
  StartRedis("c-0-0");
  const v1::Observation only = Observe("");
  EXPECT_TRUE(only.answers()) << only.error();
  EXPECT_EQ(only.instance().pod(), "c-0-0");
  EXPECT_EQ(only.self().id().size(), 40u);
  EXPECT_EQ(only.self().pod_uid(), "uid-c-0-0");
  EXPECT_EQ(only.self().address(), redis_[0]->address());
  EXPECT_EQ(only.self().version(), "7.0.15");
  EXPECT_TRUE(only.self().alone());
  StartRedis("c-0-1");
  EXPECT_EQ(Observe("uid-c-0-1").instance().pod(), "c-0-1");
  redis_[0]->Kill();
  const v1::Observation dead = Observe("uid-c-0-0");
  EXPECT_FALSE(dead.answers());
  EXPECT_TRUE(dead.self().unobserved());
  EXPECT_EQ(dead.self().id(), only.self().id()) << "the id it had";
}

TEST_F(AgentRpcTest, StartsAStepOnceAndShowsItsEnd) {
  StartRedis("c-0-0");
  StartAgent();
  const v1::StartStepRequest request = SetMaxMemory("plan/s1", *redis_[0]);
  v1::StartStepResponse response;
  ASSERT_TRUE(Start(request, &response).ok());
  const v1::StepState end = Get("uid-c-0-0", "plan/s1", 10000);
  EXPECT_EQ(end.state(), v1::StepState::DONE) << end.text();
  ASSERT_TRUE(Start(request, &response).ok());
  EXPECT_EQ(response.state().state(), v1::StepState::DONE);
  EXPECT_EQ(response.state().text(), end.text());
  const v1::Observation observation = Observe("");
  EXPECT_EQ(observation.config().at("maxmemory"), "67108864");
  ASSERT_EQ(observation.steps_size(), 1);
  EXPECT_EQ(observation.steps(0).step_id(), "plan/s1");
}

TEST_F(AgentRpcTest, RefusesAnOldLeaderEvenAfterARestart) {
  StartRedis("c-0-0");
  StartAgent();
  v1::StartStepRequest request = SetMaxMemory("plan/s1", *redis_[0]);
  v1::StartStepResponse response;
  ASSERT_TRUE(Start(request, &response).ok());
  Get("", "plan/s1", 10000);
  StartAgent();
  request.set_step_id("plan/s2");
  request.mutable_fence()->set_token(2);
  const grpc::Status status = Start(request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), StartsWith("TOKEN_TOO_OLD: "));
}

TEST_F(AgentRpcTest, RefusesWithAReasonOrNamesTheField) {
  StartRedis("c-0-0");
  StartAgent();
  const v1::StartStepRequest good = SetMaxMemory("plan/s1", *redis_[0]);
  const auto expect = [&](auto change, grpc::StatusCode code, const std::string& text) {
    v1::StartStepRequest request = good;
    change(request);
    v1::StartStepResponse response;
    const grpc::Status status = Start(request, &response);
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr(text));
  };
  using Code = grpc::StatusCode;
  using Request = v1::StartStepRequest;
  expect([](Request& r) { r.set_step_id(""); }, Code::INVALID_ARGUMENT, "step_id");
  expect([](Request& r) { r.clear_step(); }, Code::INVALID_ARGUMENT, "step");
  expect([](Request& r) { r.mutable_step()->mutable_create_pod()->set_pod("c-0-0"); },
         Code::INVALID_ARGUMENT, "step");
  expect([](Request& r) { r.set_timeout_seconds(-1); }, Code::INVALID_ARGUMENT, "timeout_seconds");
  expect([](Request& r) { r.add_peers()->set_address("x"); }, Code::INVALID_ARGUMENT,
         "peers[0].address");
  expect([](Request& r) { r.mutable_fence()->set_pod_uid("other"); }, Code::NOT_FOUND, "other");
  expect([](Request& r) { r.mutable_fence()->set_cluster_uid("x"); }, Code::FAILED_PRECONDITION,
         "OTHER_CLUSTER: ");
  expect([](Request& r) { r.mutable_fence()->set_node_id(std::string(40, 'b')); },
         Code::FAILED_PRECONDITION, "NODE_CHANGED: ");
  expect([](Request& r) { r.mutable_fence()->set_state_digest("sha256:0"); },
         Code::FAILED_PRECONDITION, "STATE_CHANGED: ");
}

TEST_F(AgentRpcTest, WatchesAndCancelsAStep) {
  StartRedis("c-0-0");
  StartAgent();
  const v1::StartStepRequest request = Endless("plan/s1", *redis_[0]);
  v1::StartStepResponse response;
  ASSERT_TRUE(Start(request, &response).ok());
  EXPECT_EQ(Get("", "plan/s1", 20).state(), v1::StepState::RUNNING);

  v1::WatchStepRequest watch;
  watch.set_step_id("plan/s1");
  const auto context = MakeClientContext(absl::Seconds(30));
  const auto stream = stub_->WatchStep(context.get(), watch);
  v1::WatchStepResponse state;
  ASSERT_TRUE(stream->Read(&state));
  EXPECT_EQ(state.state().state(), v1::StepState::RUNNING);

  v1::StartStepRequest second = Endless("plan/s2", *redis_[0]);
  EXPECT_THAT(Start(second, &response).error_message(), StartsWith("STEP_RUNNING: "));

  v1::CancelStepRequest cancel;
  *cancel.mutable_fence() = request.fence();
  cancel.set_step_id("plan/s1");
  v1::CancelStepResponse cancelled;
  ASSERT_TRUE(
      stub_->CancelStep(MakeClientContext(absl::Seconds(10)).get(), cancel, &cancelled).ok());
  ASSERT_TRUE(stream->Read(&state));
  EXPECT_EQ(state.state().state(), v1::StepState::FAILED);
  EXPECT_EQ(state.state().refusal(), v1::Refusal::CANCELLED);
  EXPECT_FALSE(stream->Read(&state));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(AgentRpcTest, PushesWhatChangesAndHeartbeatsOtherwise) {
  StartRedis("c-0-0");
  StartAgent();
  v1::WatchNodeRequest request;
  request.set_heartbeat_seconds(1);
  const auto context = MakeClientContext(absl::Seconds(30));
  const auto stream = stub_->WatchNode(context.get(), request);
  v1::WatchNodeResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.observation().answers());
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_FALSE(response.has_observation()) << "a heartbeat";
  redis_[0]->Kill();
  do {
    ASSERT_TRUE(stream->Read(&response));
  } while (!response.has_observation());
  EXPECT_FALSE(response.observation().answers());
  ASSERT_OK(redis_[0]->Restart());
  do {
    ASSERT_TRUE(stream->Read(&response));
  } while (!response.has_observation() || !response.observation().answers());
  agent_->Stop();
  while (stream->Read(&response)) {
  }
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(AgentRpcTest, EndsQuicklyWithAStepAndCallsUnderWay) {
  StartRedis("c-0-0");
  StartAgent();
  v1::StartStepResponse response;
  ASSERT_TRUE(Start(Endless("plan/s1", *redis_[0]), &response).ok());
  const absl::Time start = absl::Now();
  agent_->Stop();
  EXPECT_LT(absl::Now() - start, absl::Seconds(4));
}

TEST_F(AgentRpcTest, RestoresTheNodeTimeoutThatACrashLeft) {
  StartRedis("c-0-0");
  const auto connector = MakeSocketConnector({});
  ASSERT_OK_AND_ASSIGN(auto redis,
                       connector->Connect(UnixAddress(redis_[0]->socket()), absl::Seconds(5)));
  const auto timeout = [&redis] {
    return redis->Call({"CONFIG", "GET", "cluster-node-timeout"}, absl::Seconds(5))
        ->elements[1]
        .text;
  };
  ASSERT_OK(redis->Call({"CONFIG", "SET", "cluster-node-timeout", "500"}, absl::Seconds(5)));
  StartAgent();
  EXPECT_TRUE(Await(absl::Seconds(10), [&] { return timeout() == "5000"; }));
  ASSERT_OK(redis->Call({"CONFIG", "SET", "cluster-node-timeout", "700"}, absl::Seconds(5)));
  StartAgent();
  EXPECT_EQ(timeout(), "700") << "somebody's wish";
}

}  // namespace
}  // namespace redisop
