// Whole files. One thread.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_FILES_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_FILES_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "services/agent/launcher/outcome.h"

namespace redisop {

// The file's bytes; nullopt when it can't be read. At most 64 MB are read.
std::optional<std::string> ReadFile(const std::string& path);

// After this either the old or the whole new content is at `path`, also after a power cut: written
// beside it, synced, renamed, directory synced. kExitIoError names the call that failed.
Outcome WriteFileAtomically(const std::string& path, std::string_view content, mode_t mode);

// True for a file with at least one byte.
bool HasContent(const std::string& path);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_FILES_H_
