#include "services/agent/snapshot/gathered_views.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/status.h"
#include "common/model/plan.h"

namespace redisop {
namespace {

bool IsNew(const NodeView& view) { return view.self.alone && view.self.slots.empty(); }

// What INFO says of a node that answers nothing else.
void TakeLoading(const Node& from, Node& node) {
  node.loading = true;
  node.keys = from.keys;
  node.used_memory_bytes = from.used_memory_bytes;
  node.max_memory_bytes = from.max_memory_bytes;
  node.version = from.version;
}

// The nodes of `views` and those they name, as sets of ids that are connected by knowing each
// other.
class Parts {
 public:
  void Join(const NodeId& a, const NodeId& b) { parent_[Root(a)] = Root(b); }

  NodeId Root(const NodeId& id) {
    NodeId at = id;
    while (parent_.emplace(at, at).first->second != at) {
      at = parent_[at] = parent_[parent_[at]];
    }
    return at;
  }

 private:
  std::map<NodeId, NodeId> parent_;
};

}  // namespace

void GatheredViews::Take(const Target& target, NodeAnswer answer) {
  const std::string address = ToString(target.address);
  if (!answer.status.ok()) {
    Fail(target, {MessageOf(answer.status), std::move(answer.view.self)});
    return;
  }
  const NodeId& id = answer.view.self.id;
  if (!target.expected_id.empty() && target.expected_id != id) {
    Fail(target, {fmt::format("{}: another node answers there, {}", address, ShortId(id)), Node()});
    return;
  }
  if (!heard_.contains(id)) {
    for (const std::string& gap : answer.gaps) {
      gaps_.push_back(fmt::format("node {} ({}): {}", ShortId(id), address, gap));
    }
    const NodeId key = id;
    heard_.emplace(key, Heard{std::move(answer.view), address});
  }
}

void GatheredViews::Fail(const Target& target, Failure failure) {
  if (target.expected_id.empty()) {
    silent_seeds_.emplace(ToString(target.address), std::move(failure));
  } else {
    silent_[target.expected_id].push_back(std::move(failure));
  }
}

std::vector<Target> GatheredViews::Next() {
  std::map<std::pair<NodeId, std::string>, Target> next;
  for (const auto& [speaker, heard] : heard_) {
    for (const Node& peer : heard.view.peers) {
      const auto address = ParseRedisAddress(peer.address);
      const std::string text = address.ok() ? ToString(*address) : peer.address;
      if (heard_.contains(peer.id) || !asked_.emplace(peer.id, text).second) {
        continue;
      }
      const Target target{address.value_or(RedisAddress()), peer.id};
      if (!address.ok()) {
        Fail(target, {MessageOf(address.status()), Node()});
      } else if (auto seed = silent_seeds_.extract(text); !seed.empty()) {
        Fail(target, std::move(seed.mapped()));  // no second wait for the same silence
      } else {
        next.emplace(std::pair(peer.id, text), target);
      }
    }
  }
  std::vector<Target> targets;
  for (auto& [key, target] : next) {
    targets.push_back(std::move(target));
  }
  return targets;
}

absl::Status GatheredViews::CheckOneCluster() const {
  if (heard_.empty()) {
    std::string reasons;
    for (const auto& [address, failure] : silent_seeds_) {
      reasons += fmt::format("{}{}", reasons.empty() ? "" : "; ", failure.reason);
    }
    return MakeStatus(absl::StatusCode::kUnavailable, reasons);
  }
  Parts parts;
  for (const auto& [id, heard] : heard_) {
    for (const Node& peer : heard.view.peers) {
      parts.Join(id, peer.id);
    }
  }
  const Heard* first = nullptr;
  for (const auto& [id, heard] : heard_) {
    if (IsNew(heard.view)) {
      continue;
    }
    if (first != nullptr && parts.Root(id) != parts.Root(first->view.self.id)) {
      return MakeStatus(absl::StatusCode::kFailedPrecondition,
                        fmt::format("{} and {} belong to different clusters; take one snapshot of "
                                    "each",
                                    first->address, heard.address));
    }
    first = &heard;
  }
  return absl::OkStatus();
}

Survey GatheredViews::Finish() const {
  std::vector<NodeView> views;
  bool formed = false;
  for (const auto& [id, heard] : heard_) {
    formed = formed || !IsNew(heard.view);
    views.push_back(heard.view);
  }
  Survey survey{.snapshot = MergeViews(views)};
  survey.snapshot.formed = formed;
  for (const auto& [address, failure] : silent_seeds_) {
    survey.remarks.push_back(fmt::format("seed {}", failure.reason));
  }
  for (const auto& [id, failures] : silent_) {
    Node* node = survey.snapshot.Find(id);
    if (heard_.contains(id) || node == nullptr) {
      continue;
    }
    for (const Failure& failure : failures) {
      survey.remarks.push_back(
          fmt::format("node {} did not answer: {}", ShortId(id), failure.reason));
      if (failure.partial.loading) {
        TakeLoading(failure.partial, *node);
      }
    }
  }
  survey.remarks.insert(survey.remarks.end(), gaps_.begin(), gaps_.end());
  return survey;
}

}  // namespace redisop
