// What needs no server: instance files, memory, locks, fence, digests, registry, pool.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "common/base/status.h"
#include "common/testing/await.h"
#include "common/testing/fake_clock.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "services/agent/execute/fence.h"
#include "services/agent/execute/promotion.h"
#include "services/agent/execute/step_registry.h"
#include "services/agent/instances/disk.h"
#include "services/agent/instances/instance.h"
#include "services/agent/instances/instance_memory.h"
#include "services/agent/observe/function_list.h"
#include "services/agent/observe/observation.h"
#include "services/agent/worker_pool.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kInstanceJson[] =
    R"({"pod":"c-0-1","podUID":"u","clusterUID":"cu","shard":"0","member":1,)"
    R"("address":"10.0.0.1:6379@16379","nodeTimeoutMilliseconds":2000,"dataDir":"/data"})";

TEST(Instance, IsReadFromWhatTheLauncherWrote) {
  ASSERT_OK_AND_ASSIGN(const Instance instance, ParseInstance("/run/x/u", kInstanceJson));
  EXPECT_EQ(instance.pod, "c-0-1");
  EXPECT_EQ(instance.member, 1);
  EXPECT_EQ(instance.node_timeout, absl::Seconds(2));
  EXPECT_EQ(instance.Socket(), UnixAddress("/run/x/u/redis.sock"));
}

TEST(Instance, NamesTheFieldThatIsWrong) {
  const std::string good = kInstanceJson;
  const struct {
    const char* from;
    const char* to;
    const char* field;
  } cases[] = {{"\"podUID\":\"u\"", "\"podUID\":\"\"", "podUID"},
               {"\"member\":1", "\"member\":-1", "member"},
               {"\"shard\":\"0\"", "\"shard\":0", "shard"},
               {":2000", ":0", "nodeTimeoutMilliseconds"},
               {"\"pod\":", "\"pot\":", "pod"},
               {"{", "[", "text"}};
  for (const auto& c : cases) {
    std::string text = good;
    text.replace(text.find(c.from), std::string(c.from).size(), c.to);
    EXPECT_THAT(ParseInstance("/d", text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.field)));
  }
}

TEST(InstanceMemory, TheHighestTokenOutlivesTheAgent) {
  TempDir dir;
  {
    InstanceMemory memory(dir.path(), SystemDisk());
    EXPECT_THAT(memory.HighestToken(), IsOkAndHolds(uint64_t{0}));
    EXPECT_OK(memory.RaiseToken(7));
    EXPECT_OK(memory.RaiseToken(5));
    EXPECT_OK(memory.RememberPromotion(absl::FromUnixMillis(1234567)));
  }
  InstanceMemory memory(dir.path(), SystemDisk());
  EXPECT_THAT(memory.HighestToken(), IsOkAndHolds(uint64_t{7}));
  EXPECT_THAT(memory.LastPromotion(), IsOkAndHolds(absl::FromUnixMillis(1234567)));
}

TEST(InstanceMemory, NothingIsAllowedWhenItCannotBeRead) {
  TempDir dir;
  std::ofstream(dir.File("token")) << "not a number\n";
  InstanceMemory memory(dir.path(), SystemDisk());
  EXPECT_THAT(memory.HighestToken(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(Disk, SeesALockAsLongAsItsProcessLives) {
  TempDir dir;
  const std::string path = dir.File("instance.lock");
  EXPECT_THAT(SystemDisk().IsLocked(path), IsOkAndHolds(false));
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const int fd = open(path.c_str(), O_RDWR | O_CREAT, 0600);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool locked = fcntl(fd, F_SETLK, &lock) == 0;
    (void)!write(ready[1], locked ? "1" : "0", 1);
    pause();
    _exit(0);
  }
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, '1');
  EXPECT_THAT(SystemDisk().IsLocked(path), IsOkAndHolds(true));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_THAT(SystemDisk().IsLocked(path), IsOkAndHolds(false));
}

TEST(Refusal, TravelsAsAStatus) {
  for (int code = 1; code <= 15; ++code) {
    const auto refusal = static_cast<Refusal>(code);
    EXPECT_EQ(RefusalOf(Refuse(refusal, "why: so")), refusal);
  }
  EXPECT_EQ(RefusalOf(absl::OkStatus()), Refusal::kNone);
  EXPECT_EQ(RefusalOf(absl::UnavailableError("TIMED_OUT: no")), Refusal::kRedisError);
  EXPECT_EQ(MessageOf(Refuse(Refusal::kNodeChanged, "x")), "NODE_CHANGED: x");
}

class FenceTest : public ::testing::Test {
 protected:
  FenceTest() {
    instance_.pod_uid = "pod";
    instance_.cluster_uid = "cluster";
    observation_.answers = true;
    observation_.view.self.id = "n1";
    observation_.state_digest = "digest";
    step_.kind = AssignSlots{"n1", SlotSet::All()};
  }

  Fence fence_ = {.token = 5,
                  .cluster_uid = "cluster",
                  .pod_uid = "pod",
                  .node_id = "n1",
                  .state_digest = "digest"};
  Instance instance_;
  Observation observation_;
  Step step_;
};

TEST_F(FenceTest, PassesWhoIsRight) {
  EXPECT_OK(CheckCaller(fence_, instance_, 5));
  EXPECT_OK(CheckCaller(fence_, instance_, 0));
  EXPECT_OK(CheckNode(fence_, step_, observation_));
  fence_.node_id = "";
  fence_.state_digest = "";
  EXPECT_OK(CheckNode(fence_, step_, observation_));
}

TEST_F(FenceTest, RefusesEachThingThatDiffers) {
  EXPECT_EQ(RefusalOf(CheckCaller(fence_, instance_, 6)), Refusal::kTokenTooOld);
  Fence fence = fence_;
  fence.cluster_uid = "other";
  EXPECT_EQ(RefusalOf(CheckCaller(fence, instance_, 0)), Refusal::kOtherCluster);
  fence.cluster_uid = "";
  EXPECT_THAT(CheckCaller(fence, instance_, 0),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cluster_uid")));
  fence = fence_;
  fence.pod_uid = "other";
  EXPECT_EQ(RefusalOf(CheckCaller(fence, instance_, 0)), Refusal::kNodeChanged);

  fence = fence_;
  fence.node_id = "n2";
  EXPECT_EQ(RefusalOf(CheckNode(fence, step_, observation_)), Refusal::kNodeChanged);
  fence = fence_;
  fence.state_digest = "other";
  EXPECT_EQ(RefusalOf(CheckNode(fence, step_, observation_)), Refusal::kStateChanged);
  step_.kind = AssignSlots{"n2", SlotSet::All()};
  EXPECT_EQ(RefusalOf(CheckNode(fence_, step_, observation_)), Refusal::kNodeChanged);
  observation_.answers = false;
  EXPECT_EQ(RefusalOf(CheckNode(fence_, step_, observation_)), Refusal::kRedisError);
}

TEST(Digests, ChangeWithWhatMattersOnly) {
  Observation base;
  base.answers = true;
  base.view.self.id = "n1";
  base.view.self.slots = SlotSet(SlotRange{0, 100});
  base.view.peers.resize(1);
  base.view.peers[0].id = "n2";
  Observation same = base;
  same.view.self.keys = 5;
  same.view.self.offset = 100;
  same.view.self.used_memory_bytes = 7;
  EXPECT_EQ(DigestView(base), DigestView(same));
  EXPECT_EQ(DigestState(base.view.self), DigestState(same.view.self));

  const auto differs = [&base](auto change) {
    Observation other = base;
    change(other);
    return DigestView(other) != DigestView(base);
  };
  EXPECT_TRUE(differs([](Observation& o) { o.answers = false; }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.self.loading = true; }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.self.state_fail = true; }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.self.link = Link::kDown; }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.self.slots.Remove(3); }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.peers[0].health = Health::kFailed; }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.peers[0].unobserved = true; }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.peers[0].config_epoch = 9; }));
  EXPECT_TRUE(differs([](Observation& o) { o.view.handshake_ids = {"x"}; }));
  Node opened = base.view.self;
  opened.open_slots = {{.slot = 1, .peer = "n2"}};
  EXPECT_NE(DigestState(opened), DigestState(base.view.self));
  EXPECT_EQ(DigestFunctions({}), "");
  EXPECT_NE(DigestFunctions({{"a", "x"}}), DigestFunctions({{"a", "y"}}));
}

TEST(Promotion, WaitsFourNodeTimeouts) {
  const absl::Time now = absl::FromUnixSeconds(1000);
  EXPECT_EQ(PromotionWait(absl::InfinitePast(), now, absl::Seconds(5)), absl::ZeroDuration());
  EXPECT_EQ(PromotionWait(now, now, absl::Seconds(5)), absl::Seconds(20));
  EXPECT_EQ(PromotionWait(now - absl::Seconds(19), now, absl::Seconds(5)), absl::Seconds(1));
  EXPECT_EQ(PromotionWait(now - absl::Seconds(20), now, absl::Seconds(5)), absl::ZeroDuration());
  EXPECT_EQ(PromotionWait(now + absl::Hours(1), now, absl::Seconds(5)), absl::Seconds(20));
}

TEST(Promotion, IsDoneOnlyInsteadOfThePrimaryItMeans) {
  NodeView view;
  view.self.id = "r";
  view.self.role = Role::kReplica;
  view.self.primary_id = "p";
  EXPECT_THAT(IsPromoted(view, "p"), IsOkAndHolds(false));
  EXPECT_EQ(RefusalOf(IsPromoted(view, "q").status()), Refusal::kWrongRole);
  view.self.role = Role::kPrimary;
  EXPECT_EQ(RefusalOf(IsPromoted(view, "p").status()), Refusal::kWrongRole) << "owns nothing";
  view.self.slots = SlotSet::All();
  EXPECT_THAT(IsPromoted(view, "p"), IsOkAndHolds(true));
  view.peers.resize(1);
  view.peers[0].id = "p";
  view.peers[0].slots = SlotSet(SlotRange{5, 6});
  EXPECT_EQ(RefusalOf(IsPromoted(view, "p").status()), Refusal::kWrongRole);
}

class RegistryTest : public ::testing::Test {
 protected:
  static Step Of(StepKind kind) {
    Step step;
    step.kind = std::move(kind);
    return step;
  }
  FakeClock clock_;
  StepRegistry registry_{clock_};
};

TEST_F(RegistryTest, StartsAStepOnce) {
  ASSERT_OK_AND_ASSIGN(const auto first, registry_.Add("a", Of(SetConfigEpoch{"n", 1})));
  EXPECT_NE(first.cancellation, nullptr);
  ASSERT_OK_AND_ASSIGN(const auto second, registry_.Add("a", Of(SetConfigEpoch{"n", 1})));
  EXPECT_EQ(second.cancellation, nullptr);
  clock_.Advance(absl::Seconds(2));
  registry_.Finish("a", "done so");
  ASSERT_OK_AND_ASSIGN(const auto third, registry_.Add("a", Of(SetConfigEpoch{"n", 1})));
  EXPECT_EQ(third.cancellation, nullptr);
  EXPECT_EQ(third.state.state, StepState::State::kDone);
  EXPECT_EQ(third.state.text, "done so");
  EXPECT_EQ(third.state.running, absl::Seconds(2));
}

TEST_F(RegistryTest, KeepsStepsApartThatChangeTheNode) {
  ASSERT_OK(registry_.Add("a", Of(MigrateSlots{"n", "m", SlotSet(SlotRange{1, 2})})));
  EXPECT_EQ(RefusalOf(registry_.Add("b", Of(PromoteReplica{"n", "m"})).status()),
            Refusal::kStepRunning);
  EXPECT_OK(registry_.Add("c", Of(ForgetNode{"x"})));
  registry_.Finish("a", Refuse(Refusal::kKeysLeft, "3 keys"));
  EXPECT_OK(registry_.Add("b", Of(PromoteReplica{"n", "m"})));
  EXPECT_EQ(registry_.Find("a")->refusal, Refusal::kKeysLeft);
}

TEST_F(RegistryTest, ForgetsWhatEndedLongAgo) {
  ASSERT_OK(registry_.Add("a", Of(ForgetNode{"x"})));
  registry_.Finish("a", "ok");
  clock_.Advance(absl::Minutes(6));
  ASSERT_OK(registry_.Add("b", Of(ForgetNode{"x"})));
  EXPECT_THAT(registry_.Find("a"), StatusIs(absl::StatusCode::kNotFound));
  for (int i = 0; i < 3000; ++i) {
    const std::string id = std::to_string(i);
    ASSERT_OK(registry_.Add(id, Of(ForgetNode{"x"})));
    registry_.Finish(id, "ok");
  }
  EXPECT_LE(registry_.List().size(), 1000u);
}

TEST_F(RegistryTest, TellsWatchersUntilTheEnd) {
  ASSERT_OK(registry_.Add("a", Of(ForgetNode{"x"})));
  std::vector<StepState> seen;
  auto watcher = std::make_shared<StepRegistry::Watcher>(
      [&seen](const StepState& state) { seen.push_back(state); });
  ASSERT_OK(registry_.Watch("a", watcher));
  registry_.Report("a", {.slots_done = 1, .slots_total = 2});
  registry_.Finish("a", "ok");
  registry_.Report("a", {.slots_done = 2, .slots_total = 2});
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0].progress.slots_done, 1);
  EXPECT_EQ(seen[1].state, StepState::State::kDone);
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK(registry_.Watch("a", std::make_shared<StepRegistry::Watcher>())) << "gone watchers";
  }
}

TEST_F(RegistryTest, CancelWakesAStepFromItsPause) {
  ASSERT_OK_AND_ASSIGN(const auto added, registry_.Add("a", Of(ForgetNode{"x"})));
  WorkerPool pool(1, 10);
  std::atomic<bool> ended = false;
  ASSERT_OK(pool.Post([&] {
    added.cancellation->Pause(absl::Hours(1));
    ended = true;
  }));
  ASSERT_OK(registry_.Cancel("a"));
  EXPECT_TRUE(Await(absl::Seconds(10), [&] { return ended.load(); }));
}

TEST(WorkerPool, RunsWhatIsDueAndBoundsWhatWaits) {
  WorkerPool pool(2, 3);
  std::atomic<int> ran = 0;
  ASSERT_OK(pool.PostAfter(absl::Hours(1), [&] { ran += 100; }));
  ASSERT_OK(pool.Post([&] { ++ran; }));
  EXPECT_TRUE(Await(absl::Seconds(10), [&] { return ran == 1; }));
  ASSERT_OK(pool.PostAfter(absl::Hours(1), [] {}));
  ASSERT_OK(pool.PostAfter(absl::Hours(1), [] {}));
  EXPECT_THAT(pool.Post([] {}), StatusIs(absl::StatusCode::kUnavailable));
  pool.Stop();
  EXPECT_EQ(ran, 1);
  EXPECT_THAT(pool.Post([] {}), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace redisop
