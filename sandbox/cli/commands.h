// The commands of redis-operator-sandbox as the user's own process runs them. Each prints for
// people and returns the exit code of the program.

#ifndef REDIS_OPERATOR_SANDBOX_CLI_COMMANDS_H_
#define REDIS_OPERATOR_SANDBOX_CLI_COMMANDS_H_

#include <string>
#include <vector>

#include "sandbox/cli/supervisor.h"

namespace redisop {

// Starts a supervisor in the background, shows its progress and returns when the cluster is usable.
// 0 also when the sandbox is up already; 130 after Ctrl-C, which ends the start.
int UpInBackground(const SupervisorOptions& options);

// Is the supervisor until Ctrl-C or SIGTERM. `progress` is a descriptor to write progress to.
int UpInForeground(const SupervisorOptions& options, int progress);

// Ends the supervisor, and with it everything, and removes the state. 0 also when nothing was up.
int Down(const std::string& state);

// 0 and a description when up, 1 when down.
int Status(const std::string& state);

// Sends a command to the supervisor.
int Command(const std::string& state, const std::vector<std::string>& words);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_CLI_COMMANDS_H_
