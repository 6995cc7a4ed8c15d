#include "services/agent/launcher/install.h"

#include "services/agent/launcher/files.h"

namespace redisop {

Outcome Install(const std::string& directory) {
  const std::optional<std::string> program = ReadFile("/proc/self/exe");
  if (!program) return {kExitIoError, "can't read /proc/self/exe"};
  return WriteFileAtomically(directory + "/redis-operator-launcher", *program, 0755);
}

}  // namespace redisop
