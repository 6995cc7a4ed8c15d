#include "services/agent/execute/step_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

constexpr absl::Duration kKeptAfterEnd = absl::Minutes(5);
constexpr size_t kEntriesMax = 1000;
constexpr size_t kWatchersMax = 32;

// Steps that change what the node is or owns, and so exclude each other.
bool ChangesNode(const StepKind& kind) {
  return std::holds_alternative<AssignSlots>(kind) || std::holds_alternative<AttachReplica>(kind) ||
         std::holds_alternative<MigrateSlots>(kind) ||
         std::holds_alternative<CloseOpenSlot>(kind) ||
         std::holds_alternative<PromoteReplica>(kind) || std::holds_alternative<TakeOver>(kind) ||
         std::holds_alternative<ResetEmptyNode>(kind);
}

absl::Status NotFound(const std::string& step_id) {
  return MakeStatus(absl::StatusCode::kNotFound, fmt::format("no step {} here", step_id));
}

}  // namespace

void StepCancellation::Cancel() {
  absl::MutexLock lock(&mutex_);
  cancelled_ = true;
}

bool StepCancellation::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

void StepCancellation::Pause(absl::Duration duration) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&cancelled_), duration);
}

StepState StepRegistry::StateOf(const Entry& entry) const {
  StepState state = entry.state;
  const bool running = state.state == StepState::State::kRunning;
  state.running = (running ? clock_.Monotonic() : entry.ended) - entry.started;
  return state;
}

void StepRegistry::DropOld() {
  const absl::Duration now = clock_.Monotonic();
  std::erase_if(entries_, [&](const auto& item) {
    return item.second.state.state != StepState::State::kRunning &&
           now - item.second.ended > kKeptAfterEnd;
  });
  while (entries_.size() >= kEntriesMax) {
    auto oldest = entries_.end();
    for (auto at = entries_.begin(); at != entries_.end(); ++at) {
      const bool ended = at->second.state.state != StepState::State::kRunning;
      if (ended && (oldest == entries_.end() || at->second.ended < oldest->second.ended)) {
        oldest = at;
      }
    }
    if (oldest == entries_.end()) {
      return;
    }
    entries_.erase(oldest);
  }
}

absl::StatusOr<StepRegistry::Added> StepRegistry::Add(const std::string& step_id,
                                                      const Step& step) {
  absl::MutexLock lock(&mutex_);
  if (const auto at = entries_.find(step_id); at != entries_.end()) {
    return Added{.state = StateOf(at->second)};
  }
  DropOld();
  for (const auto& [id, entry] : entries_) {
    const bool running = entry.state.state == StepState::State::kRunning;
    if (running && ChangesNode(step.kind) && ChangesNode(entry.state.step.kind)) {
      return Refuse(Refusal::kStepRunning,
                    fmt::format("{} {} is running", KindName(entry.state.step.kind), id));
    }
  }
  if (entries_.size() >= kEntriesMax) {
    return MakeStatus(absl::StatusCode::kResourceExhausted, "too many steps run here");
  }
  Entry& entry = entries_[step_id];
  entry.state.step_id = step_id;
  entry.state.step = step;
  entry.started = clock_.Monotonic();
  entry.cancellation = std::make_shared<StepCancellation>();
  return Added{.state = StateOf(entry), .cancellation = entry.cancellation};
}

void StepRegistry::Change(const std::string& step_id, const std::function<void(Entry&)>& change) {
  std::vector<std::weak_ptr<Watcher>> watchers;
  StepState state;
  {
    absl::MutexLock lock(&mutex_);
    const auto at = entries_.find(step_id);
    if (at == entries_.end() || at->second.state.state != StepState::State::kRunning) {
      return;
    }
    change(at->second);
    state = StateOf(at->second);
    watchers = at->second.watchers;
    if (state.state != StepState::State::kRunning) {
      at->second.watchers.clear();
    }
  }
  for (const std::weak_ptr<Watcher>& watcher : watchers) {
    if (const std::shared_ptr<Watcher> alive = watcher.lock()) {
      (*alive)(state);
    }
  }
}

void StepRegistry::Report(const std::string& step_id, const StepProgress& progress) {
  Change(step_id, [&](Entry& entry) { entry.state.progress = progress; });
}

void StepRegistry::Finish(const std::string& step_id, const StepOutcome& outcome) {
  Change(step_id, [&](Entry& entry) {
    entry.ended = clock_.Monotonic();
    entry.state.state = outcome.ok() ? StepState::State::kDone : StepState::State::kFailed;
    entry.state.refusal = RefusalOf(outcome.status());
    entry.state.text = outcome.ok() ? *outcome : MessageOf(outcome.status());
  });
}

absl::StatusOr<StepState> StepRegistry::Find(const std::string& step_id) const {
  absl::MutexLock lock(&mutex_);
  const auto at = entries_.find(step_id);
  return at == entries_.end() ? absl::StatusOr<StepState>(NotFound(step_id)) : StateOf(at->second);
}

absl::StatusOr<StepState> StepRegistry::Cancel(const std::string& step_id) {
  absl::MutexLock lock(&mutex_);
  const auto at = entries_.find(step_id);
  if (at == entries_.end()) {
    return NotFound(step_id);
  }
  at->second.cancellation->Cancel();
  return StateOf(at->second);
}

void StepRegistry::CancelAll() {
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, entry] : entries_) {
    entry.cancellation->Cancel();
  }
}

std::vector<StepState> StepRegistry::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<StepState> states;
  for (const auto& [id, entry] : entries_) {
    states.push_back(StateOf(entry));
  }
  return states;
}

absl::StatusOr<StepState> StepRegistry::Watch(const std::string& step_id,
                                              const std::shared_ptr<Watcher>& watcher) {
  absl::MutexLock lock(&mutex_);
  const auto at = entries_.find(step_id);
  if (at == entries_.end()) {
    return NotFound(step_id);
  }
  std::vector<std::weak_ptr<Watcher>>& watchers = at->second.watchers;
  std::erase_if(watchers, [](const std::weak_ptr<Watcher>& other) { return other.expired(); });
  if (at->second.state.state == StepState::State::kRunning) {
    if (watchers.size() >= kWatchersMax) {
      return MakeStatus(absl::StatusCode::kResourceExhausted, "too many watch this step");
    }
    watchers.push_back(watcher);
  }
  return StateOf(at->second);
}

}  // namespace redisop
