#include "common/kube/work_queue.h"

#include <algorithm>

namespace redisop {

WorkQueue::WorkQueue(const Clock& clock, WorkQueueOptions options)
    : clock_(clock), options_(options) {}

void WorkQueue::Add(std::string_view key, WorkPriority priority) {
  absl::MutexLock lock(&mutex_);
  AddLocked(key, priority);
}

void WorkQueue::AddLocked(std::string_view key, WorkPriority priority) {
  if (shut_down_) {
    return;
  }
  const auto [position, inserted] = dirty_.try_emplace(std::string(key), priority);
  const bool raised = !inserted && priority == WorkPriority::kNormal &&
                      position->second == WorkPriority::kBackground;
  if (!inserted && !raised) {
    return;
  }
  position->second = priority;
  if (processing_.contains(position->first)) {
    return;
  }
  if (raised) {
    std::erase(background_, position->first);
  }
  (priority == WorkPriority::kNormal ? normal_ : background_).push_back(position->first);
  changed_.Signal();
}

void WorkQueue::AddAfter(std::string_view key, absl::Duration delay) {
  absl::MutexLock lock(&mutex_);
  if (shut_down_) {
    return;
  }
  if (delay <= absl::ZeroDuration()) {
    AddLocked(key, WorkPriority::kNormal);
    return;
  }
  const std::string name(key);
  const absl::Duration due = clock_.Monotonic() + delay;
  if (const auto waiting = delayed_until_.find(name); waiting != delayed_until_.end()) {
    if (waiting->second <= due) {
      return;
    }
    const auto [first, last] = delayed_.equal_range(waiting->second);
    delayed_.erase(
        std::find_if(first, last, [&](const auto& entry) { return entry.second == name; }));
  }
  delayed_until_[name] = due;
  delayed_.emplace(due, name);
  changed_.Signal();
}

void WorkQueue::AddRateLimited(std::string_view key) {
  absl::Duration delay = options_.backoff_base;
  {
    absl::MutexLock lock(&mutex_);
    int& failures = failures_[std::string(key)];
    for (int i = 0; i < failures && delay < options_.backoff_max; ++i) {
      delay *= 2;
    }
    ++failures;
  }
  AddAfter(key, std::min(delay, options_.backoff_max));
}

void WorkQueue::Forget(std::string_view key) {
  absl::MutexLock lock(&mutex_);
  failures_.erase(std::string(key));
}

int WorkQueue::Failures(std::string_view key) const {
  absl::MutexLock lock(&mutex_);
  const auto found = failures_.find(std::string(key));
  return found == failures_.end() ? 0 : found->second;
}

std::optional<std::string> WorkQueue::Get() {
  absl::MutexLock lock(&mutex_);
  while (true) {
    if (std::optional<std::string> key = TakeLocked()) {
      return key;
    }
    if (shut_down_) {
      return std::nullopt;
    }
    changed_.WaitWithTimeout(&mutex_, NextDueLocked());
  }
}

std::optional<std::string> WorkQueue::TryGet() {
  absl::MutexLock lock(&mutex_);
  return TakeLocked();
}

void WorkQueue::PromoteDueLocked() {
  const absl::Duration now = clock_.Monotonic();
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    const std::string key = delayed_.begin()->second;
    delayed_.erase(delayed_.begin());
    delayed_until_.erase(key);
    AddLocked(key, WorkPriority::kNormal);
  }
}

std::optional<std::string> WorkQueue::TakeLocked() {
  PromoteDueLocked();
  std::deque<std::string>& queue = normal_.empty() ? background_ : normal_;
  if (queue.empty()) {
    return std::nullopt;
  }
  std::string key = std::move(queue.front());
  queue.pop_front();
  dirty_.erase(key);
  processing_.insert(key);
  return key;
}

void WorkQueue::Done(std::string_view key) {
  absl::MutexLock lock(&mutex_);
  const std::string name(key);
  processing_.erase(name);
  if (const auto again = dirty_.find(name); again != dirty_.end()) {
    (again->second == WorkPriority::kNormal ? normal_ : background_).push_back(name);
    changed_.Signal();
  }
}

absl::Duration WorkQueue::NextDue() const {
  absl::MutexLock lock(&mutex_);
  return NextDueLocked();
}

absl::Duration WorkQueue::NextDueLocked() const {
  if (!normal_.empty() || !background_.empty()) {
    return absl::ZeroDuration();
  }
  if (delayed_.empty()) {
    return absl::InfiniteDuration();
  }
  return std::max(absl::ZeroDuration(), delayed_.begin()->first - clock_.Monotonic());
}

size_t WorkQueue::Length() const {
  absl::MutexLock lock(&mutex_);
  return normal_.size() + background_.size();
}

void WorkQueue::ShutDown() {
  absl::MutexLock lock(&mutex_);
  shut_down_ = true;
  delayed_.clear();
  delayed_until_.clear();
  changed_.SignalAll();
}

}  // namespace redisop
