// Tests as text (after etcd-io/raft): commands with their input, and below "----" what they have to
// answer.
//
//   # A comment belongs to the case below it.
//   plan primaries=3 replicas=1
//   node a0 zone=1 slots=0-16383
//   ----
//   AttachReplica …
//
//   TEST(PlannerScenarios, All) {
//     RunDataDriven("testdata", [&](const DataCase& c) { return c.command == "plan" ? … : "unknown
//     command"; });
//   }
//
// Cases are separated by an empty line. Answers with empty lines are written between "----" twice
// and "----" twice. With REWRITE=1 in the environment the files are written anew with the answers
// of now.

#ifndef REDIS_OPERATOR_COMMON_TESTING_DATA_DRIVEN_H_
#define REDIS_OPERATOR_COMMON_TESTING_DATA_DRIVEN_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace redisop {

struct DataCase {
  // "file.txt:12", for messages.
  std::string position;
  // The first word of the command line.
  std::string command;
  // Its other words: "primaries=3" is {"primaries": "3"}, a bare "force" is {"force": ""}.
  std::map<std::string, std::string> arguments;
  // The lines between command and "----", each ended by a line feed.
  std::string input;
  // What the file says, each line ended by a line feed.
  std::string expected;
  // Comment lines above the command as they stand.
  std::string comment;
  // The command line as it stands.
  std::string command_line;

  // An argument, or `otherwise`.
  std::string Argument(const std::string& name, const std::string& otherwise) const;
};

// The cases of one file's text, in order. kInvalidArgument names the line of a case without "----"
// or of a repeated argument.
absl::StatusOr<std::vector<DataCase>> ParseDataCases(std::string_view file_name,
                                                     std::string_view text);

// The text of a file with these cases: what ParseDataCases reads.
std::string FormatDataCases(const std::vector<DataCase>& cases);

// Runs `answer` on each case of `path` (a file, or all *.txt of a directory, in the order of their
// names) and reports each difference as a test failure at its place. A missing path, and one
// without cases, are failures too.
void RunDataDriven(const std::string& path,
                   const std::function<std::string(const DataCase&)>& answer);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_DATA_DRIVEN_H_
