#include "common/testing/process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "common/testing/await.h"
#include "common/testing/free_port.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

TEST(Process, RunsToItsEndWithInputEnvironmentAndDirectory) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const Finished done,
                       RunProcess({.arguments = {"sh", "-c", "cat; echo $WORD; pwd; exit 3"},
                                   .environment = {{"WORD", "blue"}},
                                   .working_directory = dir.path(),
                                   .input = "first\n"},
                                  absl::Seconds(10)));
  EXPECT_EQ(done.exit_code, 3);
  EXPECT_EQ(done.output, "first\nblue\n" + dir.path() + "\n");
}

TEST(Process, SaysThatAProgramIsMissing) {
  EXPECT_THAT(Process::Start({.arguments = {"no-such-program"}}).status(),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(Process, WaitsForOutputAndEndsOnSigterm) {
  ASSERT_OK_AND_ASSIGN(auto process,
                       Process::Start({.arguments = {"sh", "-c", "echo up; exec sleep 100"}}));
  EXPECT_THAT(process->WaitForOutput("up", absl::Seconds(10)), IsOk());
  EXPECT_TRUE(process->IsRunning());
  EXPECT_EQ(process->Terminate(), 128 + SIGTERM);
  EXPECT_THAT(process->Signal(SIGTERM), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(Process, KillsWhatIgnoresSigterm) {
  ASSERT_OK_AND_ASSIGN(
      auto process,
      Process::Start(
          {.arguments = {"sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"}}));
  ASSERT_THAT(process->WaitForOutput("up", absl::Seconds(10)), IsOk());
  EXPECT_EQ(process->Terminate(absl::Milliseconds(50)), 128 + SIGKILL);
}

TEST(Process, SaysThatTheProcessEndedWithoutTheOutput) {
  ASSERT_OK_AND_ASSIGN(auto process, Process::Start({.arguments = {"sh", "-c", "echo other"}}));
  EXPECT_THAT(process->WaitForOutput("up", absl::Seconds(10)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("other")));
}

TEST(Process, ChildrenDieWithTheTestProgram) {
  const TempDir dir;
  ASSERT_EXIT(
      {
        auto child =
            Process::Start({.arguments = {"sleep", "100"}, .output_file = dir.File("out")});
        std::ofstream(dir.File("pid")) << child.value()->pid();
        static_cast<void>(child->release());
        ::raise(SIGKILL);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  pid_t pid = 0;
  std::ifstream(dir.File("pid")) >> pid;
  ASSERT_GT(pid, 0);
  // Dead, or waiting to be reaped by whoever adopted it.
  EXPECT_TRUE(Await(absl::Seconds(5), [&] {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string number;
    std::string name;
    std::string state;
    return !(stat >> number >> name >> state) || state == "Z";
  }));
}

TEST(FreePort, GivesEachPortOnce) {
  const std::vector<int> ports = FreePorts(3);
  EXPECT_NE(ports[0], ports[1]);
  EXPECT_NE(ports[1], ports[2]);
}

}  // namespace
}  // namespace redisop
