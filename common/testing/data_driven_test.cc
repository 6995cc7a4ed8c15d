#include "common/testing/data_driven.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

constexpr char kText[] =
    "# Adds.\n"
    "add unit=m force\n"
    "1\n"
    "2\n"
    "----\n"
    "3 m\n"
    "\n"
    "story\n"
    "----\n"
    "----\n"
    "one\n"
    "\n"
    "two\n"
    "----\n"
    "----\n";

TEST(DataDriven, ReadsCommandsInputsAndAnswers) {
  ASSERT_OK_AND_ASSIGN(const auto cases, ParseDataCases("t.txt", kText));
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[0].position, "t.txt:2");
  EXPECT_EQ(cases[0].command, "add");
  EXPECT_EQ(cases[0].Argument("unit", "s"), "m");
  EXPECT_TRUE(cases[0].arguments.contains("force"));
  EXPECT_EQ(cases[0].input, "1\n2\n");
  EXPECT_EQ(cases[0].expected, "3 m\n");
  EXPECT_EQ(cases[1].expected, "one\n\ntwo\n");
}

TEST(DataDriven, WritesWhatItRead) {
  ASSERT_OK_AND_ASSIGN(const auto cases, ParseDataCases("t.txt", kText));
  EXPECT_EQ(FormatDataCases(cases), kText);
}

TEST(DataDriven, NamesTheLineOfAMistake) {
  EXPECT_THAT(ParseDataCases("t.txt", "\nadd\n1\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("t.txt:2")));
  EXPECT_THAT(ParseDataCases("t.txt", "add a=1 a=2\n----\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST(DataDriven, ReportsAWrongAnswerAndRewritesItWhenAsked) {
  const TempDir dir;
  std::ofstream(dir.File("a.txt")) << "greet\n----\nwrong\n";
  static std::string path;
  path = dir.path();
  const auto run = [] { RunDataDriven(path, [](const DataCase&) { return "hello"; }); };
  EXPECT_NONFATAL_FAILURE(run(), "hello");
  ::setenv("REWRITE", "1", 1);
  run();
  ::unsetenv("REWRITE");
  run();
  std::ostringstream text;
  text << std::ifstream(dir.File("a.txt")).rdbuf();
  EXPECT_EQ(text.str(), "greet\n----\nhello\n");
}

TEST(DataDriven, AMissingDirectoryIsAFailure) {
  EXPECT_FATAL_FAILURE(RunDataDriven("no/such/place", [](const DataCase&) { return ""; }),
                       "no scenario files");
}

}  // namespace
}  // namespace redisop
