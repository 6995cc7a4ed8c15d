// The command line of bwrap(1) that runs one program as a container: the machine's /usr read-only,
// a root directory of the container's own around it, its mounts, its own process, IPC and host-name
// namespaces, the machine's network. Works for root and, by a user namespace, for everybody else. A
// pure function of values.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_COMMAND_H_
#define REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_COMMAND_H_

#include <string>
#include <vector>

namespace redisop {

struct ContainerMount {
  std::string source;  // on the machine; must exist
  std::string target;  // in the container, absolute
  bool read_only = false;
};

struct ContainerCommand {
  std::string
      root_directory;  // on the machine; becomes /, kept between runs and shared with probes
  std::string
      hosts_directory;  // holds the file "hosts"; a directory, so that renaming shows inside
  std::string operator_programs;  // becomes /usr/local/bin; empty: the machine's own
  std::string host_name;
  std::string working_directory;       // in the container
  std::vector<ContainerMount> mounts;  // in any order
  std::vector<std::string> command;
  // Writes {"child-pid": …} to descriptor 3.
  bool reports_pid = false;
};

// The program is PID 1 in there: when it ends the kernel ends all it left behind, and a SIGTERM it
// does not handle is ignored, as in a container. bwrap waits for it, passes its exit code on, and
// takes it along when it is killed itself.
std::vector<std::string> MakeContainerCommand(const ContainerCommand& container);

// Creates the container's root directory with what programs expect in /etc. `root_directory` must
// not exist or be of an earlier run, which is removed. False: the system refused.
bool PrepareRootDirectory(const std::string& root_directory, const std::string& host_name);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_CONTAINER_COMMAND_H_
