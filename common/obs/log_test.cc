#include "common/obs/log.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"

namespace redisop {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class LogTest : public ::testing::Test {
 protected:
  void Start(LogFormat format, LogLevel level = LogLevel::kInfo) {
    ASSERT_OK(StartLog({.format = format, .level = level, .file = dir_.File("log")}));
  }

  void TearDown() override { ASSERT_OK(StartLog({})); }

  std::vector<std::string> Lines() const {
    std::ifstream file(dir_.File("log"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
      lines.push_back(line);
    }
    return lines;
  }

  TempDir dir_;
};

TEST_F(LogTest, JsonHasTheFieldsOfLoggerAndLineWithTheirTypes) {
  Start(LogFormat::kJson);
  const Logger log =
      Logger("reconcile").With({{"namespace", "default"}, {"redisCluster", "cache"}});
  log.Info("Executed step", {{"slots", 5461},
                             {"took", absl::Milliseconds(1500)},
                             {"dry", false},
                             {"err", absl::UnavailableError("refused \"x\"\nline")}});
  ASSERT_EQ(Lines().size(), 1u);
  const auto line = nlohmann::ordered_json::parse(Lines()[0]);
  EXPECT_THAT(line["ts"].get<std::string>(), ContainsRegex("^20..-..-..T..:..:..\\....Z$"));
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["msg"], "Executed step");
  EXPECT_EQ(line["logger"], "reconcile");
  EXPECT_EQ(line["redisCluster"], "cache");
  EXPECT_EQ(line["slots"], 5461);
  EXPECT_EQ(line["took"], 1.5);
  EXPECT_EQ(line["dry"], false);
  EXPECT_EQ(line["err"], "UNAVAILABLE: refused \"x\"\nline");
}

TEST_F(LogTest, TextQuotesWhatNeedsIt) {
  Start(LogFormat::kText);
  Logger("agent").Warn("Refused step",
                       {{"step", "s1"}, {"reason", "two words\n"}, {"bytes", "\xff"}});
  ASSERT_EQ(Lines().size(), 1u);
  EXPECT_THAT(Lines()[0],
              HasSubstr(" warn  agent: Refused step step=s1 reason=\"two words\\n\" bytes="));
}

TEST_F(LogTest, BytesThatAreNotUtf8DoNotLoseTheLine) {
  Start(LogFormat::kJson);
  Logger("agent").Info("Read reply", {{"text", "a\xff\xfe"}});
  ASSERT_EQ(Lines().size(), 1u);
  EXPECT_THAT(Lines()[0], HasSubstr("Read reply"));
}

TEST_F(LogTest, LevelsCanChangeWhileRunning) {
  Start(LogFormat::kText, LogLevel::kWarn);
  const Logger log("x");
  log.Info("Hidden");
  SetLogLevel(LogLevel::kDebug);
  log.Debug("Shown");
  SetLogLevel(LogLevel::kOff);
  log.Error("Hidden");
  EXPECT_EQ(Lines().size(), 1u);
}

TEST_F(LogTest, WordsAreCheckedAndFilesThatCannotBeOpenedAreReported) {
  EXPECT_THAT(ParseLogLevel("debug"), IsOkAndHolds(LogLevel::kDebug));
  EXPECT_THAT(ParseLogLevel("verbose"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("debug, info")));
  EXPECT_THAT(ParseLogFormat("text"), IsOkAndHolds(LogFormat::kText));
  EXPECT_THAT(ParseLogFormat("xml"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("json or text")));
  EXPECT_THAT(StartLog({.file = "/proc/no/such"}), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace redisop
