// Watches of the in-memory API server.

#include <algorithm>
#include <cstdlib>

#include "common/testing/fake_kube_state.h"
#include "common/testing/selector_match.h"

namespace redisop {

// Takes its watcher out; waits for a running delivery.
class FakeKubeApi::Handle final : public WatchHandle {
 public:
  Handle(FakeKubeApi& api, std::shared_ptr<Watcher> watcher)
      : api_(api), watcher_(std::move(watcher)) {}
  ~Handle() override {
    absl::MutexLock delivery(&api_.delivery_);
    absl::MutexLock lock(&api_.mutex_);
    std::erase(api_.watchers_, watcher_);
  }

 private:
  FakeKubeApi& api_;
  const std::shared_ptr<Watcher> watcher_;
};

void FakeKubeApi::Compact() {
  Deliver();
  absl::MutexLock lock(&mutex_);
  forgotten_ += state_->history.size();
  state_->history.clear();
  compacted_at_ = version_;
}

std::unique_ptr<WatchHandle> FakeKubeApi::Watch(const ResourcePath& path,
                                                const WatchOptions& options,
                                                WatchCallbacks callbacks) {
  auto watcher = std::make_shared<Watcher>();
  watcher->collection = FakeCollection(path);
  watcher->namespace_name = path.namespace_name;
  watcher->selector = options.selector;
  watcher->callbacks = std::move(callbacks);
  watcher->after_version = std::strtoll(options.resource_version.c_str(), nullptr, 10);
  absl::Status refused = Ask("watch", path, /*committed=*/false);
  bool automatic = false;
  {
    absl::MutexLock lock(&mutex_);
    if (refused.ok() && watcher->after_version < compacted_at_) {
      refused = FakeError(410, "Expired", "too old resource version");
    }
    watcher->next = forgotten_;
    watcher->ended = !refused.ok();
    watchers_.push_back(watcher);
    automatic = automatic_;
  }
  auto handle = std::make_unique<Handle>(*this, watcher);
  if (!refused.ok()) {
    watcher->callbacks.on_end(refused);
  } else if (automatic) {
    Deliver();
  }
  return handle;
}

void FakeKubeApi::EndWatches(const absl::Status& status) {
  absl::MutexLock delivery(&delivery_);
  std::vector<std::shared_ptr<Watcher>> ending;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::shared_ptr<Watcher>& watcher : watchers_) {
      if (!std::exchange(watcher->ended, true)) {
        ending.push_back(watcher);
      }
    }
  }
  for (const std::shared_ptr<Watcher>& watcher : ending) {
    watcher->callbacks.on_end(status);
  }
}

void FakeKubeApi::Deliver(size_t limit) {
  absl::MutexLock delivery(&delivery_);
  while (limit > 0 && DeliverOne()) {
    --limit;
  }
}

bool FakeKubeApi::DeliverOne() {
  std::shared_ptr<Watcher> watcher;
  FakeChange change;
  {
    absl::MutexLock lock(&mutex_);
    const auto behind =
        std::min_element(watchers_.begin(), watchers_.end(), [](const auto& a, const auto& b) {
          return std::pair(a->ended, a->next) < std::pair(b->ended, b->next);
        });
    if (behind == watchers_.end() || (*behind)->ended ||
        (*behind)->next >= forgotten_ + state_->history.size()) {
      return false;
    }
    watcher = *behind;
    change = state_->history[watcher->next - forgotten_];
    ++watcher->next;
  }
  const Json& any = change.after.is_null() ? change.before : change.after;
  const bool other_place = change.collection != watcher->collection ||
                           (!watcher->namespace_name.empty() &&
                            FakeText(any, "/metadata/namespace") != watcher->namespace_name);
  const bool was = !change.before.is_null() && Matches(change.before, watcher->selector);
  const bool is = !change.after.is_null() && Matches(change.after, watcher->selector);
  if (other_place || change.version <= watcher->after_version || (!was && !is)) {
    return true;
  }
  WatchEvent event;
  event.type = is ? (was ? WatchEvent::Type::kModified : WatchEvent::Type::kAdded)
                  : WatchEvent::Type::kDeleted;
  Json shown = is ? change.after : change.before;
  shown["metadata"]["resourceVersion"] = std::to_string(change.version);
  event.object = std::make_shared<const KubeObject>(*FakeObject(shown));
  watcher->callbacks.on_event(std::move(event));
  return true;
}

}  // namespace redisop
