#include "services/k8s-bridge/observe/agent_channels.h"

#include "common/base/status_macros.h"
#include "common/rpc/channel_factory.h"

namespace redisop {
namespace {

// Longer than the regular observation of a quiet cluster, so that its channels stay open.
constexpr absl::Duration kUnusedMax = absl::Minutes(5);

}  // namespace

absl::StatusOr<std::shared_ptr<AgentChannels::Stub>> AgentChannels::Get(const std::string& target) {
  const absl::Duration now = clock_.Monotonic();
  absl::MutexLock lock(&mutex_);
  if (now - swept_at_ > absl::Minutes(1)) {
    swept_at_ = now;
    std::erase_if(entries_,
                  [&](const auto& entry) { return now - entry.second.used_at > kUnusedMax; });
  }
  Entry& entry = entries_[target];
  entry.used_at = now;
  if (entry.stub == nullptr) {
    ChannelOptions options;
    options.security = security_;
    ASSIGN_OR_RETURN(const auto channel, MakeChannel(target, options));
    entry.stub = redisoperator::agent::v1::AgentService::NewStub(channel);
  }
  return entry.stub;
}

}  // namespace redisop
