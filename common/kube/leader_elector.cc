#include "common/kube/leader_elector.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

using nlohmann::json;

constexpr double kJitter = 1.2;

std::string MicroTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

absl::StatusOr<LeaseRecord> ParseLease(const KubeObject& lease) {
  const json object = json::parse(lease.json, nullptr, /*allow_exceptions=*/false);
  LeaseRecord record;
  if (!object.is_object() || !object.contains("spec")) {
    return record;
  }
  try {
    const json& spec = object.at("spec");
    record.holder = spec.value("holderIdentity", "");
    record.duration = absl::Seconds(spec.value("leaseDurationSeconds", int64_t{0}));
    record.transitions = spec.value("leaseTransitions", int64_t{0});
    record.acquire_time = spec.value("acquireTime", "");
    record.renew_time = spec.value("renewTime", "");
  } catch (const json::exception& error) {
    return Annotate(MakeStatus(absl::StatusCode::kInternal, error.what()), "lease");
  }
  return record;
}

}  // namespace

LeaderElector::LeaderElector(KubeApi& api, const Clock& clock, Random& random,
                             LeaderElectorOptions options)
    : api_(api), clock_(clock), random_(random), options_(std::move(options)) {}

absl::Duration LeaderElector::Step() {
  const absl::Status status = TryAcquireOrRenew();
  absl::MutexLock lock(&mutex_);
  error_ = status;
  leading_ = LeadsLocked(clock_.Monotonic());
  return leading_ ? options_.retry_period
                  : options_.retry_period * (1 + kJitter * random_.Fraction());
}

absl::Status LeaderElector::TryAcquireOrRenew() {
  // Half of the deadline, so that a lost answer leaves time for a second try.
  const absl::Duration timeout = options_.renew_deadline / 2;
  if (IsLeader() && observed_) {
    if (UpdateLease(NextRecord()).ok()) {
      return absl::OkStatus();
    }
  }
  absl::StatusOr<KubeObject> lease =
      api_.Get(Named(kLeases, options_.namespace_name, options_.lease_name), timeout);
  if (absl::IsNotFound(lease.status())) {
    return CreateLease();
  }
  RETURN_IF_ERROR(lease.status());
  ASSIGN_OR_RETURN(LeaseRecord record, ParseLease(*lease));
  Observe(record, lease->meta.resource_version);
  const bool by_predecessor =
      !options_.predecessors.empty() && record.holder.starts_with(options_.predecessors);
  const bool held_by_other =
      !record.holder.empty() && record.holder != options_.identity && !by_predecessor;
  const absl::Duration duration =
      record.duration > absl::ZeroDuration() ? record.duration : options_.lease_duration;
  if (held_by_other) {
    absl::MutexLock lock(&mutex_);
    leading_ = false;
    if (clock_.Monotonic() < observed_at_ + duration) {
      return absl::OkStatus();
    }
  }
  absl::Status status = UpdateLease(NextRecord());
  // Another candidate was faster: as good as finding the lease held.
  return absl::IsAborted(status) ? absl::OkStatus() : status;
}

LeaseRecord LeaderElector::NextRecord() const {
  const std::string now = MicroTime(clock_.Now());
  LeaseRecord next{.holder = options_.identity,
                   .duration = options_.lease_duration,
                   .transitions = 0,
                   .acquire_time = now,
                   .renew_time = now};
  if (observed_) {
    const bool mine = observed_->holder == options_.identity;
    next.transitions = observed_->transitions + (mine ? 0 : 1);
    if (mine) {
      next.acquire_time = observed_->acquire_time;
    }
  }
  absl::MutexLock lock(&mutex_);
  next.transitions = std::max(next.transitions, token_seen_ + 1);
  return next;
}

absl::Status LeaderElector::CreateLease() {
  observed_.reset();
  const LeaseRecord record = NextRecord();
  const absl::Duration asked_at = clock_.Monotonic();
  ASSIGN_OR_RETURN(KubeObject created,
                   api_.Create(Collection(kLeases, options_.namespace_name), LeaseJson(record, ""),
                               options_.renew_deadline / 2));
  Observe(record, created.meta.resource_version);
  Lead(record, asked_at);
  return absl::OkStatus();
}

absl::Status LeaderElector::UpdateLease(const LeaseRecord& record) {
  const absl::Duration asked_at = clock_.Monotonic();
  // A patch keeps what others wrote into the metadata; the version in it makes it conditional.
  ASSIGN_OR_RETURN(KubeObject updated,
                   api_.Patch(Named(kLeases, options_.namespace_name, options_.lease_name),
                              LeaseJson(record, observed_version_), PatchOptions{},
                              options_.renew_deadline / 2));
  Observe(record, updated.meta.resource_version);
  Lead(record, asked_at);
  return absl::OkStatus();
}

void LeaderElector::Observe(const LeaseRecord& record, std::string resource_version) {
  if (observed_ != record) {
    observed_ = record;
    observed_at_ = clock_.Monotonic();
  }
  observed_version_ = std::move(resource_version);
  absl::MutexLock lock(&mutex_);
  holder_ = record.holder;
}

void LeaderElector::Lead(const LeaseRecord& record, absl::Duration asked_at) {
  absl::MutexLock lock(&mutex_);
  leading_ = record.holder == options_.identity;
  // From before the request: the lease counts for others from when they can see it, which is later.
  renewed_at_ = asked_at;
  token_ = record.transitions;
}

absl::Status LeaderElector::Release() {
  if (!IsLeader() || !observed_) {
    return absl::OkStatus();
  }
  LeaseRecord record = NextRecord();
  record.holder.clear();
  record.duration = absl::Seconds(1);
  absl::Status status = UpdateLease(record);
  absl::MutexLock lock(&mutex_);
  leading_ = false;
  return status;
}

std::string LeaderElector::LeaseJson(const LeaseRecord& record,
                                     std::string_view resource_version) const {
  json metadata = {{"name", options_.lease_name}, {"namespace", options_.namespace_name}};
  if (!resource_version.empty()) {
    metadata["resourceVersion"] = resource_version;
  }
  return json{{"apiVersion", kLeases.ApiVersion()},
              {"kind", kLeases.kind},
              {"metadata", std::move(metadata)},
              {"spec",
               {{"holderIdentity", record.holder},
                {"leaseDurationSeconds", absl::ToInt64Seconds(record.duration)},
                {"leaseTransitions", record.transitions},
                {"acquireTime", record.acquire_time},
                {"renewTime", record.renew_time}}}}
      .dump();
}

bool LeaderElector::LeadsLocked(absl::Duration now) const {
  return leading_ && now - renewed_at_ < options_.renew_deadline;
}

bool LeaderElector::IsLeader() const {
  absl::MutexLock lock(&mutex_);
  return LeadsLocked(clock_.Monotonic());
}

std::optional<int64_t> LeaderElector::FencingToken() const {
  absl::MutexLock lock(&mutex_);
  if (!LeadsLocked(clock_.Monotonic())) {
    return std::nullopt;
  }
  return token_;
}

void LeaderElector::RaiseFencingToken(int64_t seen) {
  absl::MutexLock lock(&mutex_);
  if (seen > token_) {
    token_seen_ = std::max(token_seen_, seen);
  }
}

std::string LeaderElector::Holder() const {
  absl::MutexLock lock(&mutex_);
  return holder_;
}

absl::Status LeaderElector::LastError() const {
  absl::MutexLock lock(&mutex_);
  return error_;
}

}  // namespace redisop
