#include "services/agent/execute/node_timeout.h"

#include <memory>
#include <string>

#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

constexpr std::string_view kSetting = "cluster-node-timeout";
constexpr std::string_view kDipMilliseconds = "500";

}  // namespace

absl::Status LowerNodeTimeout(RedisConnection& redis) {
  return WriteSetting(redis, kSetting, kDipMilliseconds);
}

absl::Status RestoreNodeTimeout(RedisConnector& connector, const Instance& instance) {
  ASSIGN_OR_RETURN(auto redis, connector.Connect(instance.Socket(), kAnswerTimeout));
  ASSIGN_OR_RETURN(const std::string value, ReadSetting(*redis, kSetting));
  const std::string configured = std::to_string(absl::ToInt64Milliseconds(instance.node_timeout));
  if (value != kDipMilliseconds || value == configured) {
    return absl::OkStatus();
  }
  return WriteSetting(*redis, kSetting, configured);
}

}  // namespace redisop
