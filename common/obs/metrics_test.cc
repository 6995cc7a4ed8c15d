#include "common/obs/metrics.h"

#include <gtest/gtest.h>

#include "common/obs/build_info.h"
#include "common/testing/status_matchers.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, KnownSeriesStartAtZeroAndCount) {
  Metrics metrics("redis_operator_");
  const Counter steps = metrics.AddCounter({.name = "plan_steps_total",
                                            .help = "Steps",
                                            .labels = {"kind", "outcome"},
                                            .initial = {{"MeetNodes", "ok"}}});
  EXPECT_THAT(metrics.Text(),
              HasSubstr("redis_operator_plan_steps_total{kind=\"MeetNodes\",outcome=\"ok\"} 0\n"));
  steps.Increment({"MeetNodes", "ok"});
  steps.Increment({"MeetNodes", "ok"}, 2);
  steps.Increment({"MeetNodes", "failed"});
  EXPECT_THAT(metrics.Text(), HasSubstr("{kind=\"MeetNodes\",outcome=\"ok\"} 3\n"));
  EXPECT_THAT(metrics.Text(), HasSubstr("{kind=\"MeetNodes\",outcome=\"failed\"} 1\n"));
}

TEST(Metrics, GaugesAndHistogramsAndSeriesThatEnd) {
  Metrics metrics("x_");
  const Gauge depth = metrics.AddGauge({.name = "depth", .help = "Depth"});
  depth.Set(3);
  depth.Add(-1);
  EXPECT_THAT(metrics.Text(), HasSubstr("x_depth 2\n"));
  const Histogram seconds = metrics.AddHistogram(
      {.name = "pass_seconds", .help = "Pass", .labels = {"stage"}, .buckets = {0.1, 1}});
  seconds.Observe(0.5, {"load"});
  EXPECT_THAT(metrics.Text(), HasSubstr("x_pass_seconds_bucket{stage=\"load\",le=\"1\"} 1\n"));
  seconds.Drop({"load"});
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("stage=\"load\"")));
}

TEST(Metrics, SayWhatTheBinaryWasBuiltFrom) {
  EXPECT_THAT(Metrics("x_").Text(), HasSubstr("x_build_info{"));
  EXPECT_THAT(VersionLine("planner"), HasSubstr("planner " + GetBuildInfo().version + " (commit "));
}

TEST(MetricsDeathTest, MistakesOfTheProgramEndIt) {
  Metrics metrics("x_");
  const Counter steps =
      metrics.AddCounter({.name = "steps_total", .help = "Steps", .labels = {"kind"}});
  EXPECT_DEATH(steps.Increment({"a", "b"}), "has 1 labels, got 2");
  EXPECT_DEATH(metrics.AddGauge({.name = "steps_total", .help = "Steps"}), "added twice");
  EXPECT_DEATH(metrics.AddGauge({.name = "bad name", .help = "Steps"}), "bad name");
}

}  // namespace
}  // namespace redisop
