// What this binary was built from, for --version, the log and the build_info metric.

#ifndef REDIS_OPERATOR_COMMON_OBS_BUILD_INFO_H_
#define REDIS_OPERATOR_COMMON_OBS_BUILD_INFO_H_

#include <string>
#include <string_view>

namespace redisop {

struct BuildInfo {
  std::string version;   // "0.1.0"
  std::string commit;    // twelve hexadecimal digits, "unknown" outside a git tree
  std::string compiler;  // "GNU 12.2.0"
};

// Never destroyed.
const BuildInfo& GetBuildInfo();

// "redis-operator-agent 0.1.0 (commit 1234567890ab, GNU 12.2.0)"
std::string VersionLine(std::string_view program);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_OBS_BUILD_INFO_H_
