#include "common/obs/build_info.h"

#include "fmt/format.h"
#include "redis_operator_build.h"

namespace redisop {

const BuildInfo& GetBuildInfo() {
  static const auto& info = *new BuildInfo{kBuildVersion, kBuildCommit, kBuildCompiler};
  return info;
}

std::string VersionLine(std::string_view program) {
  const BuildInfo& info = GetBuildInfo();
  return fmt::format("{} {} (commit {}, {})", program, info.version, info.commit, info.compiler);
}

}  // namespace redisop
