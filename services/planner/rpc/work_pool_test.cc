#include "services/planner/rpc/work_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/synchronization/notification.h"
#include "common/testing/status_matchers.h"

namespace redisop {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(WorkPoolTest, WorkIsDoneInTheOrderOfArrivalAndAllOfIt) {
  std::vector<int> done;
  {
    WorkPool pool({.threads = 1});
    for (int i = 0; i < 4; ++i) {
      ASSERT_THAT(pool.Add(1, [&done, i] { done.push_back(i); }), IsOk());
    }
  }
  EXPECT_THAT(done, ElementsAre(0, 1, 2, 3));
}

TEST(WorkPoolTest, WhatIsTooMuchToWaitIsRefusedWithAdvice) {
  absl::Notification started;
  absl::Notification go_on;
  int done = 0;
  {
    WorkPool pool({.threads = 1, .waiting_max = 2, .waiting_bytes_max = 100});
    ASSERT_THAT(pool.Add(1000, [] {}), StatusIs(absl::StatusCode::kResourceExhausted));
    ASSERT_THAT(pool.Add(100,
                         [&] {
                           started.Notify();
                           go_on.WaitForNotification();
                         }),
                IsOk());
    started.WaitForNotification();
    ASSERT_THAT(pool.Add(60, [&] { ++done; }), IsOk());
    EXPECT_THAT(pool.Add(41, [&] { ++done; }),
                StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("try again")));
    ASSERT_THAT(pool.Add(40, [&] { ++done; }), IsOk());
    EXPECT_THAT(pool.Add(0, [&] { ++done; }),
                StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("2 requests")));
    go_on.Notify();
  }
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace redisop
