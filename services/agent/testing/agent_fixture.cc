#include "services/agent/testing/agent_fixture.h"

#include <fmt/format.h>

#include "common/base/status.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"

namespace redisop {

SlotSet SlotsOfPart(int index, int count) {
  return SlotSet(SlotRange{index * kSlotCount / count, (index + 1) * kSlotCount / count});
}

AgentFixture::AgentFixture()
    : connector_(MakeSocketConnector({})),
      instances_(instances_dir_.path(), *connector_, SystemClock(), SystemDisk()),
      executor_(*connector_, SystemClock(), pool_, [](const Instance&, const StepState&) {}) {}

AgentFixture::~AgentFixture() {
  for (const auto& managed : instances_.All()) {
    managed->steps.CancelAll();
  }
  pool_.Stop();
}

void AgentFixture::StartNodes(int count, int node_timeout_milliseconds,
                              const std::string& cluster_uid) {
  for (int i = 0; i < count; ++i) {
    const std::string shard = std::to_string(size());
    auto redis = RedisProcess::Start({.instances_dir = instances_dir_.path(),
                                      .pod = fmt::format("c-{}-0", shard),
                                      .cluster_uid = cluster_uid,
                                      .shard = shard,
                                      .node_timeout_milliseconds = node_timeout_milliseconds});
    ASSERT_THAT(redis, IsOk());
    processes_.push_back(*std::move(redis));
    ids_.push_back(Command(size() - 1, {"CLUSTER", "MYID"}).text);
  }
}

std::shared_ptr<ManagedInstance> AgentFixture::managed(int i) {
  auto found = instances_.Find(redis(i).pod_uid());
  EXPECT_THAT(found, IsOk());
  return *found;
}

Observation AgentFixture::Observe(int i, Depth depth) {
  const auto instance = managed(i);
  return instance->observer.Observe(instance->instance(), depth, absl::Seconds(2));
}

Reply AgentFixture::Command(int i, const RedisCommand& command) {
  auto connection = connector_->Connect(UnixAddress(redis(i).socket()), absl::Seconds(5));
  EXPECT_THAT(connection, IsOk());
  auto reply = (*connection)->Call(command, absl::Seconds(5));
  EXPECT_THAT(reply, IsOk());
  return *reply;
}

StepRequest AgentFixture::Request(int i, StepKind kind) {
  StepRequest request{.step_id = fmt::format("plan/s{}", ++next_step_)};
  request.fence = {.token = 1,
                   .cluster_uid = redis(i).options().cluster_uid,
                   .pod_uid = redis(i).pod_uid(),
                   .node_id = id(i)};
  request.step.id = fmt::format("s{}", next_step_);
  request.step.kind = std::move(kind);
  for (int peer = 0; peer < size(); ++peer) {
    request.peers[id(peer)] = *ParseRedisAddress(redis(peer).address());
  }
  return request;
}

absl::StatusOr<StepState> AgentFixture::Start(int i, const StepRequest& request) {
  return executor_.Start(managed(i), request);
}

StepState AgentFixture::AwaitEnd(int i, const std::string& step_id) {
  StepState state;
  EXPECT_TRUE(Await(absl::Seconds(30), [&] {
    state = managed(i)->steps.Find(step_id).value_or(StepState());
    return state.state != StepState::State::kRunning;
  })) << step_id;
  return state;
}

StepState AgentFixture::Run(int i, StepKind kind) {
  const StepRequest request = Request(i, std::move(kind));
  const auto started = Start(i, request);
  if (!started.ok()) {
    return {.state = StepState::State::kFailed,
            .refusal = RefusalOf(started.status()),
            .text = MessageOf(started.status())};
  }
  return AwaitEnd(i, request.step_id);
}

std::vector<StepState> AgentFixture::RunOnAll(const StepKind& kind) {
  std::vector<StepRequest> requests;
  for (int i = 0; i < size(); ++i) {
    requests.push_back(Request(i, kind));
    EXPECT_THAT(Start(i, requests.back()), IsOk());
  }
  std::vector<StepState> states;
  for (int i = 0; i < size(); ++i) {
    states.push_back(AwaitEnd(i, requests[static_cast<size_t>(i)].step_id));
  }
  return states;
}

void AgentFixture::Form(int primaries) {
  const auto done = [](const StepState& state) {
    EXPECT_EQ(state.state, StepState::State::kDone) << state.text;
  };
  for (int i = 0; i < size(); ++i) {
    done(Run(i, SetConfigEpoch{id(i), static_cast<uint64_t>(i) + 1}));
  }
  for (int i = 0; i < primaries; ++i) {
    done(Run(i, AssignSlots{id(i), SlotsOfPart(i, primaries)}));
  }
  for (const StepState& state : RunOnAll(MeetNodes{ids()})) {
    done(state);
  }
  std::vector<StepRequest> attaching;
  for (int i = primaries; i < size(); ++i) {
    attaching.push_back(Request(i, AttachReplica{id(i), id(i % primaries)}));
    EXPECT_THAT(Start(i, attaching.back()), IsOk());
  }
  for (int i = primaries; i < size(); ++i) {
    done(AwaitEnd(i, attaching[static_cast<size_t>(i - primaries)].step_id));
  }
}

}  // namespace redisop
