// The server and the channel together, over real sockets, with the planner's service as the
// example.

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>

#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "common/rpc/channel_factory.h"
#include "common/rpc/deadline.h"
#include "common/rpc/server_runner.h"
#include "common/rpc/status_convert.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "redisoperator/planner/v1/planner_service.grpc.pb.h"

namespace redisop {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using redisoperator::planner::v1::ComputePlanRequest;
using redisoperator::planner::v1::ComputePlanResponse;
using redisoperator::planner::v1::PlannerService;
using ::testing::HasSubstr;

// Answers at once, or when the test says so.
class TestPlanner : public PlannerService::Service {
 public:
  grpc::Status ComputePlan(grpc::ServerContext* context, const ComputePlanRequest*,
                           ComputePlanResponse*) override {
    time_left = TimeLeft(*context, absl::Seconds(30));
    if (block) {
      entered.Notify();
      while (!release.WaitForNotificationWithTimeout(absl::Milliseconds(5))) {
        if (context->IsCancelled()) {
          cancelled.Notify();
          return grpc::Status::CANCELLED;
        }
      }
    }
    return grpc::Status::OK;
  }

  bool block = false;
  absl::Duration time_left;
  absl::Notification entered;
  absl::Notification release;
  absl::Notification cancelled;
};

class RpcTest : public ::testing::Test {
 protected:
  void Start(ServerOptions options = {}) {
    options.listen_address =
        options.listen_address.empty() ? "127.0.0.1:0" : options.listen_address;
    options.security.plaintext = true;
    auto server = ServerRunner::Start(options, {{&planner_, PlannerService::service_full_name()}});
    ASSERT_OK(server);
    server_ = std::move(server).value();
    auto channel = MakeChannel(server_->address(), {.security = {.plaintext = true}});
    ASSERT_OK(channel);
    channel_ = std::move(channel).value();
  }

  // The health of a service as text, or the status code of the failed call.
  std::string HealthOf(const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    HealthCheckResponse response;
    const auto context = MakeClientContext(absl::Seconds(5));
    const absl::Status status =
        FromGrpc(Health::NewStub(channel_)->Check(context.get(), request, &response));
    return status.ok() ? HealthCheckResponse::ServingStatus_Name(response.status())
                       : absl::StatusCodeToString(status.code());
  }

  absl::Status ComputePlan(const ComputePlanRequest& request = {},
                           absl::Duration timeout = absl::Seconds(5)) {
    ComputePlanResponse response;
    const auto context = MakeClientContext(timeout);
    return FromGrpc(
        PlannerService::NewStub(channel_)->ComputePlan(context.get(), request, &response));
  }

  // Asks the reflection service; its answer as text. Debian has no header of its stub, so messages
  // are made by name.
  std::string Reflect(const std::string& question) {
    const auto* pool = google::protobuf::DescriptorPool::generated_pool();
    auto* factory = google::protobuf::MessageFactory::generated_factory();
    const std::string package = "grpc.reflection.v1alpha.ServerReflection";
    const std::unique_ptr<google::protobuf::Message> request(
        factory->GetPrototype(pool->FindMessageTypeByName(package + "Request"))->New());
    const std::unique_ptr<google::protobuf::Message> response(
        factory->GetPrototype(pool->FindMessageTypeByName(package + "Response"))->New());
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(question, request.get()));
    const grpc::Slice bytes(request->SerializeAsString());
    const auto context = MakeClientContext(absl::Seconds(5));
    const grpc::internal::RpcMethod method(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        grpc::internal::RpcMethod::BIDI_STREAMING);
    const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> stream(
        grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>::Create(
            channel_.get(), method, context.get()));
    stream->Write(grpc::ByteBuffer(&bytes, 1));
    grpc::ByteBuffer reply;
    if (!stream->Read(&reply)) {
      return absl::StatusCodeToString(FromGrpc(stream->Finish()).code());
    }
    grpc::Slice all;
    EXPECT_TRUE(reply.DumpToSingleSlice(&all).ok());
    EXPECT_TRUE(response->ParseFromArray(all.begin(), static_cast<int>(all.size())));
    stream->WritesDone();
    stream->Finish();
    return response->DebugString();
  }

  TestPlanner planner_;
  std::unique_ptr<ServerRunner> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(RpcTest, HealthIsKeptPerService) {
  Start();
  const std::string name = PlannerService::service_full_name();
  EXPECT_EQ(HealthOf(""), "SERVING");
  EXPECT_EQ(HealthOf(name), "SERVING");
  EXPECT_EQ(HealthOf("no.such.Service"), "NOT_FOUND");
  server_->SetServing(name, false);
  EXPECT_EQ(HealthOf(name), "NOT_SERVING");
  EXPECT_EQ(HealthOf(""), "SERVING");
}

TEST_F(RpcTest, ReflectionListsAndDescribesTheServicesAndHealth) {
  Start();
  const std::string list = Reflect("list_services: ''");
  EXPECT_THAT(list, HasSubstr("\"redisoperator.planner.v1.PlannerService\""));
  EXPECT_THAT(list, HasSubstr("\"grpc.health.v1.Health\""));
  EXPECT_THAT(Reflect("file_containing_symbol: 'grpc.health.v1.Health'"),
              HasSubstr("health.proto"));
  EXPECT_THAT(Reflect("file_containing_symbol: 'redisoperator.planner.v1.PlannerService'"),
              HasSubstr("planner_service.proto"));
}

TEST_F(RpcTest, UnixSocketsWorkToo) {
  const TempDir dir;
  Start({.listen_address = "unix:" + dir.File("s")});
  EXPECT_EQ(server_->port(), 0);
  EXPECT_EQ(HealthOf(""), "SERVING");
}

TEST_F(RpcTest, MessagesAboveTheLimitAreRefusedAndTheServerGoesOn) {
  Start({.max_receive_bytes = 1 << 20});
  ComputePlanRequest large;
  large.GetReflection()->MutableUnknownFields(&large)->AddLengthDelimited(
      9999, std::string(2 << 20, 'x'));
  EXPECT_THAT(ComputePlan(large), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ComputePlan(), IsOk());
}

TEST_F(RpcTest, ATakenPortIsAnError) {
  Start();
  EXPECT_THAT(ServerRunner::Start(
                  {.listen_address = server_->address(), .security = {.plaintext = true}}, {})
                  .status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr(server_->address())));
}

TEST_F(RpcTest, ServersSeeTheDeadlineOfTheCallerUpToTheirOwnLimit) {
  Start();
  ASSERT_OK(ComputePlan({}, absl::Seconds(5)));
  EXPECT_GT(planner_.time_left, absl::Seconds(3));
  // gRPC rounds what it sends up, and the two clocks are not read in one moment.
  EXPECT_LT(planner_.time_left, absl::Seconds(6));
  ASSERT_OK(ComputePlan({}, absl::Hours(1)));
  EXPECT_EQ(planner_.time_left, absl::Seconds(30));
}

TEST_F(RpcTest, DrainLetsRunningCallsEndAndRefusesNewOnes) {
  Start();
  planner_.block = true;
  absl::Status first = absl::UnknownError("not called");
  std::thread caller([&] { first = ComputePlan({}, absl::Seconds(30)); });
  planner_.entered.WaitForNotification();
  std::thread drain([&] { server_->Drain(absl::Seconds(30)); });
  // The server closes its port as the drain starts: a new connection is refused while the call
  // still runs. One that was accepted just before may be answered or cancelled.
  const absl::Time limit = absl::Now() + absl::Seconds(15);
  absl::Status second;
  do {
    ChannelOptions options{.security = {.plaintext = true}};
    options.server_name = "new connection";
    HealthCheckResponse response;
    const auto context = MakeClientContext(absl::Seconds(1));
    second = FromGrpc(Health::NewStub(*MakeChannel(server_->address(), options))
                          ->Check(context.get(), {}, &response));
  } while (!absl::IsUnavailable(second) && absl::Now() < limit);
  EXPECT_FALSE(planner_.cancelled.WaitForNotificationWithTimeout(absl::Milliseconds(100)));
  planner_.release.Notify();
  caller.join();
  drain.join();
  EXPECT_THAT(first, IsOk());
  EXPECT_THAT(second, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(RpcTest, DrainCancelsWhatRunsLongerThanItsGrace) {
  Start();
  planner_.block = true;
  absl::Status call;
  std::thread caller([&] { call = ComputePlan({}, absl::Seconds(30)); });
  planner_.entered.WaitForNotification();
  server_->Drain(absl::Milliseconds(50));
  caller.join();
  EXPECT_TRUE(planner_.cancelled.HasBeenNotified());
  EXPECT_FALSE(call.ok());
}

TEST_F(RpcTest, CallsToNobodyEndWithTheirDeadlineOrUnavailable) {
  Start();
  server_.reset();
  EXPECT_THAT(ComputePlan({}, absl::Seconds(2)), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(ChannelFactory, NamesWhatIsWrong) {
  EXPECT_THAT(MakeChannel("127.0.0.1:1", {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("TLS")));
  EXPECT_THAT(
      MakeChannel("127.0.0.1:1", {.security = {.plaintext = true}, .retried_methods = {"Observe"}})
          .status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Observe")));
}

}  // namespace
}  // namespace redisop
