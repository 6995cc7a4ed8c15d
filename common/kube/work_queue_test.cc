#include "common/kube/work_queue.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/testing/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

using ::testing::Optional;

class WorkQueueTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  WorkQueue queue_{clock_};
};

TEST_F(WorkQueueTest, AKeyWaitsOnceAndInOrder) {
  queue_.Add("a");
  queue_.Add("b");
  queue_.Add("a");
  EXPECT_EQ(queue_.Length(), 2u);
  EXPECT_THAT(queue_.TryGet(), Optional(std::string("a")));
  EXPECT_THAT(queue_.TryGet(), Optional(std::string("b")));
  EXPECT_EQ(queue_.TryGet(), std::nullopt);
}

TEST_F(WorkQueueTest, AKeyIsNeverGivenToTwoWorkersAndComesAgainAfterDone) {
  queue_.Add("a");
  ASSERT_TRUE(queue_.TryGet());
  queue_.Add("a");
  queue_.Add("a");
  EXPECT_EQ(queue_.TryGet(), std::nullopt);
  queue_.Done("a");
  EXPECT_THAT(queue_.TryGet(), Optional(std::string("a")));
  queue_.Done("a");
  EXPECT_EQ(queue_.TryGet(), std::nullopt);
}

TEST_F(WorkQueueTest, BackgroundKeysWaitForNormalOnesAndCanBeRaised) {
  queue_.Add("flood-1", WorkPriority::kBackground);
  queue_.Add("flood-2", WorkPriority::kBackground);
  queue_.Add("change");
  queue_.Add("flood-2");
  EXPECT_THAT(queue_.TryGet(), Optional(std::string("change")));
  EXPECT_THAT(queue_.TryGet(), Optional(std::string("flood-2")));
  EXPECT_THAT(queue_.TryGet(), Optional(std::string("flood-1")));
  EXPECT_EQ(queue_.TryGet(), std::nullopt);
}

TEST_F(WorkQueueTest, TheEarlierOfTwoDelaysWins) {
  EXPECT_EQ(queue_.NextDue(), absl::InfiniteDuration());
  queue_.AddAfter("a", absl::Seconds(10));
  queue_.AddAfter("a", absl::Seconds(3));
  queue_.AddAfter("a", absl::Seconds(20));
  EXPECT_EQ(queue_.NextDue(), absl::Seconds(3));
  clock_.Advance(absl::Seconds(3) - absl::Nanoseconds(1));
  EXPECT_EQ(queue_.TryGet(), std::nullopt);
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(queue_.NextDue(), absl::ZeroDuration());
  EXPECT_TRUE(queue_.TryGet());
  queue_.Done("a");
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(queue_.TryGet(), std::nullopt);
}

TEST_F(WorkQueueTest, BackOffDoublesToACapAndForgetStartsAgain) {
  absl::Duration expected = absl::Milliseconds(5);
  for (int i = 0; i < 20; ++i) {
    queue_.AddRateLimited("a");
    EXPECT_EQ(queue_.NextDue(), expected);
    clock_.Advance(expected);
    ASSERT_TRUE(queue_.TryGet());
    queue_.Done("a");
    expected = std::min(expected * 2, absl::Seconds(60));
  }
  EXPECT_EQ(queue_.Failures("a"), 20);
  queue_.Forget("a");
  EXPECT_EQ(queue_.Failures("a"), 0);
  queue_.AddRateLimited("a");
  EXPECT_EQ(queue_.NextDue(), absl::Milliseconds(5));
}

TEST_F(WorkQueueTest, ShutDownHandsOutWhatWaitsAndDropsWhatIsDelayed) {
  queue_.Add("a");
  queue_.AddAfter("b", absl::Seconds(1));
  queue_.ShutDown();
  queue_.Add("c");
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(queue_.Get(), Optional(std::string("a")));
  EXPECT_EQ(queue_.Get(), std::nullopt);
}

TEST(WorkQueueThreads, EveryAddIsFollowedByARunAndNoKeyRunsTwiceAtATime) {
  constexpr int kKeys = 5;
  constexpr int kAdds = 2000;
  WorkQueue queue(SystemClock());
  std::atomic<int> added[kKeys] = {};
  std::atomic<int> seen[kKeys] = {};
  std::atomic<int> running[kKeys] = {};
  std::atomic<bool> overlapped = false;
  std::vector<std::thread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      while (const std::optional<std::string> key = queue.Get()) {
        const int k = std::stoi(*key);
        overlapped = overlapped || ++running[k] > 1;
        seen[k] = added[k].load();
        --running[k];
        queue.Done(*key);
      }
    });
  }
  for (int i = 0; i < kAdds; ++i) {
    ++added[i % kKeys];
    if (i % 3 == 0) {
      queue.AddAfter(std::to_string(i % kKeys), absl::Microseconds(i % 100));
    }
    queue.Add(std::to_string(i % kKeys));
  }
  queue.ShutDown();
  for (std::thread& worker : workers) {
    worker.join();
  }
  EXPECT_FALSE(overlapped);
  for (int k = 0; k < kKeys; ++k) {
    EXPECT_EQ(seen[k], kAdds / kKeys) << "key " << k;
  }
}

}  // namespace
}  // namespace redisop
