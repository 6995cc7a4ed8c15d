#include "services/agent/rpc/node_watch.h"

#include <utility>

#include "common/rpc/status_convert.h"
#include "services/agent/rpc/convert.h"

namespace redisop {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(500);
constexpr absl::Duration kReadTimeout = absl::Seconds(2);

}  // namespace

NodeWatch::NodeWatch(InstanceSet& instances, std::string pod_uid, absl::Duration heartbeat,
                     std::weak_ptr<Stream> stream, WorkerPool& pool, const Clock& clock)
    : instances_(instances),
      pod_uid_(std::move(pod_uid)),
      heartbeat_(heartbeat),
      stream_(std::move(stream)),
      pool_(pool),
      clock_(clock) {}

void NodeWatch::Start() { Schedule(absl::ZeroDuration()); }

void NodeWatch::Schedule(absl::Duration delay) {
  // The stream keeps this alive; when it is gone the chain of polls ends.
  const absl::Status posted = pool_.PostAfter(delay, [weak = weak_from_this()] {
    if (const std::shared_ptr<NodeWatch> watch = weak.lock()) {
      watch->Poll();
    }
  });
  if (const std::shared_ptr<Stream> stream = stream_.lock(); stream != nullptr && !posted.ok()) {
    stream->End(ToGrpc(posted));
  }
}

void NodeWatch::Poll() {
  const std::shared_ptr<Stream> stream = stream_.lock();
  if (stream == nullptr) {
    return;
  }
  const auto found = instances_.Find(pod_uid_);
  if (!found.ok()) {
    stream->End(ToGrpc(found.status()));
    return;
  }
  ManagedInstance& managed = **found;
  const Instance instance = managed.instance();
  Observation observation = managed.observer.Observe(instance, Depth::kShort, kReadTimeout);
  redisoperator::agent::v1::WatchNodeResponse response;
  if (observation.view_digest != last_digest_) {
    observation = managed.observer.Observe(instance, Depth::kFull, kReadTimeout);
    last_digest_ = observation.view_digest;
    *response.mutable_observation() =
        ToProto(observation, managed.steps.List(), clock_.Monotonic());
    last_push_ = clock_.Monotonic();
    stream->Push(std::move(response));
  } else if (clock_.Monotonic() - last_push_ >= heartbeat_) {
    last_push_ = clock_.Monotonic();
    stream->Push(std::move(response));
  }
  Schedule(kPollInterval);
}

}  // namespace redisop
