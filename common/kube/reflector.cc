#include "common/kube/reflector.h"

#include <algorithm>
#include <utility>

#include "common/base/status.h"
#include "common/kube/api_error.h"

namespace redisop {
namespace {

constexpr absl::Duration kBackOffBase = absl::Milliseconds(800);
constexpr absl::Duration kBackOffMax = absl::Seconds(30);
constexpr absl::Duration kHealthyAfter = absl::Minutes(2);
constexpr absl::Duration kShortWatch = absl::Seconds(1);
constexpr absl::Duration kWatchTimeoutMin = absl::Minutes(5);

// The server's cache is behind the version asked for: it lags, or was restored from a backup.
bool IsVersionTooLarge(const absl::Status& status) {
  const std::optional<ApiError> error = ApiErrorOf(status);
  return error && error->cause == "ResourceVersionTooLarge";
}

}  // namespace

Reflector::Reflector(KubeApi& api, const Clock& clock, Random& random, ReflectorOptions options,
                     ObjectStore& store, Handler handler, std::function<void()> wake)
    : api_(api),
      clock_(clock),
      random_(random),
      options_(std::move(options)),
      store_(store),
      handler_(std::move(handler)),
      wake_(std::move(wake)) {}

Reflector::~Reflector() { watch_.reset(); }

absl::Duration Reflector::Step() {
  if (const absl::Duration wait = not_before_ - clock_.Monotonic(); wait > absl::ZeroDuration()) {
    return wait;
  }
  State state;
  {
    absl::MutexLock lock(&mutex_);
    state = state_;
  }
  switch (state) {
    case State::kList:
      return ListNow();
    case State::kWatch:
      return StartWatch();
    case State::kEnded:
      return HandleEnd();
    case State::kWatching:
      break;
  }
  return absl::InfiniteDuration();
}

absl::Duration Reflector::ListNow() {
  ListOptions options{.selector = options_.selector,
                      .resource_version = expiries_ >= 2 ? "" : ResourceVersion(),
                      .limit = 0,
                      .continue_token = {}};
  absl::StatusOr<ObjectList> list =
      ListAll(api_, options_.collection, options, options_.list_timeout);
  if (!list.ok()) {
    const bool unusable_version =
        absl::IsOutOfRange(list.status()) || IsVersionTooLarge(list.status());
    if (unusable_version && expiries_ < 2) {
      expiries_ = 2;
      return Go(State::kList, list.status());
    }
    return BackOff(State::kList, list.status());
  }
  for (const StoreChange& change : store_.Replace(list->items)) {
    handler_(change, /*from_list=*/true);
  }
  {
    absl::MutexLock lock(&mutex_);
    version_ = list->resource_version;
    synced_ = true;
  }
  return Go(State::kWatch, absl::OkStatus());
}

absl::Duration Reflector::StartWatch() {
  WatchOptions options{.selector = options_.selector,
                       .resource_version = ResourceVersion(),
                       .timeout = kWatchTimeoutMin * (1 + random_.Fraction())};
  watch_started_ = clock_.Monotonic();
  {
    absl::MutexLock lock(&mutex_);
    state_ = State::kWatching;
    watch_saw_event_ = false;
  }
  watch_ = api_.Watch(options_.collection, options,
                      {.on_event = [this](WatchEvent event) { OnEvent(event); },
                       .on_end = [this](absl::Status status) { OnEnd(std::move(status)); }});
  absl::MutexLock lock(&mutex_);
  return state_ == State::kEnded ? absl::ZeroDuration() : absl::InfiniteDuration();
}

void Reflector::OnEvent(const WatchEvent& event) {
  std::vector<StoreChange> changes;
  switch (event.type) {
    case WatchEvent::Type::kAdded:
    case WatchEvent::Type::kModified:
      changes.push_back(store_.Upsert(event.object));
      break;
    case WatchEvent::Type::kDeleted:
      changes = store_.Remove(event.object->Key());
      break;
    case WatchEvent::Type::kBookmark:
      break;
  }
  for (const StoreChange& change : changes) {
    handler_(change, /*from_list=*/false);
  }
  absl::MutexLock lock(&mutex_);
  version_ = event.object->meta.resource_version;
  watch_saw_event_ = true;
  error_ = absl::OkStatus();
}

void Reflector::OnEnd(absl::Status status) {
  {
    absl::MutexLock lock(&mutex_);
    watch_end_ = std::move(status);
    state_ = State::kEnded;
  }
  wake_();
}

absl::Duration Reflector::HandleEnd() {
  watch_.reset();
  absl::Status end;
  bool saw_event;
  {
    absl::MutexLock lock(&mutex_);
    end = watch_end_;
    saw_event = watch_saw_event_;
  }
  const bool worked = saw_event || clock_.Monotonic() - watch_started_ >= kShortWatch;
  if (worked) {
    expiries_ = 0;
  }
  if (absl::IsOutOfRange(end)) {
    return ++expiries_ >= 2 ? BackOff(State::kList, end) : Go(State::kList, end);
  }
  if (IsVersionTooLarge(end)) {
    expiries_ = 2;
    return BackOff(State::kList, end);
  }
  if (end.ok() || absl::IsUnavailable(end)) {
    if (worked) {
      return Go(State::kWatch, end);
    }
    return BackOff(State::kWatch, end.ok() ? MakeStatus(absl::StatusCode::kUnavailable,
                                                        "the watch ended at once, without an event")
                                           : end);
  }
  return BackOff(State::kList, end);
}

absl::Duration Reflector::Go(State next, const absl::Status& error) {
  absl::MutexLock lock(&mutex_);
  state_ = next;
  error_ = error;
  return absl::ZeroDuration();
}

absl::Duration Reflector::BackOff(State next, const absl::Status& error) {
  Go(next, error);
  const absl::Duration now = clock_.Monotonic();
  if (now - last_failure_ > kHealthyAfter) {
    failures_ = 0;
  }
  last_failure_ = now;
  absl::Duration delay = kBackOffBase;
  for (int i = 0; i < failures_ && delay < kBackOffMax; ++i) {
    delay *= 2;
  }
  ++failures_;
  delay = std::min(delay, kBackOffMax) * (1 + random_.Fraction());
  if (const std::optional<ApiError> answer = ApiErrorOf(error); answer && answer->retry_after) {
    delay = std::max(delay, std::min(*answer->retry_after, kBackOffMax));
  }
  not_before_ = now + delay;
  return delay;
}

bool Reflector::HasSynced() const {
  absl::MutexLock lock(&mutex_);
  return synced_;
}

absl::Status Reflector::LastError() const {
  absl::MutexLock lock(&mutex_);
  return error_;
}

std::string Reflector::ResourceVersion() const {
  absl::MutexLock lock(&mutex_);
  return version_;
}

}  // namespace redisop
