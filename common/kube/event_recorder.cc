#include "common/kube/event_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

using nlohmann::json;

constexpr absl::Duration kSeriesLife = absl::Minutes(10);
constexpr double kBurst = 25;
constexpr absl::Duration kRefill = absl::Minutes(5);
constexpr size_t kNoteBytesMax = 1024;
constexpr size_t kNameBytesMax = 200;
constexpr int kTriesMax = 12;
constexpr absl::Duration kRetryAfter = absl::Seconds(10);
constexpr absl::Duration kSendTimeout = absl::Seconds(5);

std::string MicroTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

std::string_view TypeName(EventType type) {
  return type == EventType::kWarning ? "Warning" : "Normal";
}

// `text` cut to at most `bytes_max`, not within a UTF-8 character.
std::string Cut(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) {
    return std::string(text);
  }
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  return std::string(text.substr(0, end));
}

std::string NamespaceOf(const ObjectReference& regarding) {
  return regarding.namespace_name.empty() ? "default" : regarding.namespace_name;
}

bool MayWorkLater(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsUnauthenticated(status);
}

std::string Text(const json& object) {
  return object.dump(-1, ' ', /*ensure_ascii=*/false, json::error_handler_t::replace);
}

}  // namespace

EventRecorder::EventRecorder(KubeApi& api, const Clock& clock, Random& random,
                             EventRecorderOptions options, std::function<void()> wake)
    : api_(api),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      wake_(std::move(wake)) {}

void EventRecorder::Record(const ObjectReference& regarding, EventType type,
                           std::string_view reason, std::string_view action,
                           std::string_view note) {
  Pending event{
      .series_key = fmt::format("{}\n{}\n{}\n{}\n{}\n{}", NamespaceOf(regarding), regarding.kind,
                                regarding.name, regarding.uid, reason, action) +
                    std::string(TypeName(type)),
      .name = fmt::format("{}.{:016x}", Cut(regarding.name, kNameBytesMax), random_.Next()),
      .regarding = regarding,
      .type = type,
      .reason = std::string(reason),
      .action = std::string(action),
      .note = Cut(note, kNoteBytesMax),
      .when = clock_.Now(),
      .tries = 0};
  {
    absl::MutexLock lock(&mutex_);
    if (queue_.size() >= options_.queue_max || !TakeTokenLocked(regarding)) {
      ++dropped_;
      return;
    }
    queue_.push_back(std::move(event));
  }
  wake_();
}

bool EventRecorder::TakeTokenLocked(const ObjectReference& regarding) {
  const std::string key = fmt::format("{}/{}/{}/{}", NamespaceOf(regarding), regarding.kind,
                                      regarding.name, regarding.uid);
  const absl::Duration now = clock_.Monotonic();
  if (allowances_.size() >= options_.series_max && !allowances_.contains(key)) {
    allowances_.erase(std::min_element(
        allowances_.begin(), allowances_.end(),
        [](const auto& a, const auto& b) { return a.second.refilled_at < b.second.refilled_at; }));
  }
  const auto [position, fresh] =
      allowances_.try_emplace(key, Allowance{.tokens = kBurst, .refilled_at = now});
  Allowance& allowance = position->second;
  allowance.tokens =
      std::min(kBurst, allowance.tokens + absl::FDivDuration(now - allowance.refilled_at, kRefill));
  allowance.refilled_at = now;
  if (allowance.tokens < 1) {
    return false;
  }
  allowance.tokens -= 1;
  return true;
}

absl::Duration EventRecorder::Step() {
  for (size_t i = 0; i < options_.queue_max; ++i) {
    Pending event;
    {
      absl::MutexLock lock(&mutex_);
      if (queue_.empty()) {
        return absl::InfiniteDuration();
      }
      event = std::move(queue_.front());
      queue_.pop_front();
    }
    const absl::Status status = Send(event);
    absl::MutexLock lock(&mutex_);
    error_ = status;
    if (status.ok()) {
      continue;
    }
    if (MayWorkLater(status) && ++event.tries < kTriesMax) {
      queue_.push_front(std::move(event));
      return kRetryAfter * (1 + random_.Fraction());
    }
    ++dropped_;
  }
  return absl::ZeroDuration();
}

absl::Status EventRecorder::Send(const Pending& event) {
  const absl::Duration now = clock_.Monotonic();
  const auto known = series_.find(event.series_key);
  if (known != series_.end() && now - known->second.last_seen < kSeriesLife) {
    Series& series = known->second;
    const json patch = {
        {"series", {{"count", series.count + 1}, {"lastObservedTime", MicroTime(event.when)}}}};
    absl::Status status =
        api_.Patch(series.path, Text(patch), PatchOptions{}, kSendTimeout).status();
    if (status.ok()) {
      ++series.count;
      series.last_seen = now;
    }
    if (!absl::IsNotFound(status)) {
      return status;
    }
  }
  return SendNew(event);
}

absl::Status EventRecorder::SendNew(const Pending& event) {
  const std::string namespace_name = NamespaceOf(event.regarding);
  const ObjectReference& about = event.regarding;
  json regarding = {{"apiVersion", about.api_version}, {"kind", about.kind}, {"name", about.name}};
  if (!about.namespace_name.empty()) {
    regarding["namespace"] = about.namespace_name;
  }
  if (!about.uid.empty()) {
    regarding["uid"] = about.uid;
  }
  const json object = {{"apiVersion", kEvents.ApiVersion()},
                       {"kind", kEvents.kind},
                       {"metadata", {{"name", event.name}, {"namespace", namespace_name}}},
                       {"eventTime", MicroTime(event.when)},
                       {"reportingController", options_.controller},
                       {"reportingInstance", Cut(options_.instance, 128)},
                       {"type", TypeName(event.type)},
                       {"reason", event.reason},
                       {"action", event.action},
                       {"note", event.note},
                       {"regarding", std::move(regarding)}};
  absl::Status status =
      api_.Create(Collection(kEvents, namespace_name), Text(object), kSendTimeout).status();
  // The name is random: it can only be this event, sent before with its answer lost.
  if (status.ok() || absl::IsAlreadyExists(status)) {
    ForgetOldSeries();
    series_[event.series_key] = {.path = Named(kEvents, namespace_name, event.name),
                                 .count = 1,
                                 .last_seen = clock_.Monotonic()};
    return absl::OkStatus();
  }
  return status;
}

void EventRecorder::ForgetOldSeries() {
  if (series_.size() < options_.series_max) {
    return;
  }
  series_.erase(std::min_element(series_.begin(), series_.end(), [](const auto& a, const auto& b) {
    return a.second.last_seen < b.second.last_seen;
  }));
}

int64_t EventRecorder::Dropped() const {
  absl::MutexLock lock(&mutex_);
  return dropped_;
}

absl::Status EventRecorder::LastError() const {
  absl::MutexLock lock(&mutex_);
  return error_;
}

}  // namespace redisop
