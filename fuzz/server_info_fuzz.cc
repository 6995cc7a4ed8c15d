// INFO and CLUSTER INFO of a stranger.

#include <cstdint>
#include <string_view>

#include "common/redis/server_info.h"
#include "fuzz/expect.h"

namespace redisop::fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const absl::Status& status :
       {ParseServerInfo(text).status(), ParseClusterInfo(text).status()}) {
    Expect(status.ok() || status.code() == absl::StatusCode::kInvalidArgument,
           "understood, or refused as wrong input");
  }
  return 0;
}

}  // namespace redisop::fuzz
