#include "services/planner/core/dependencies.h"

#include <algorithm>

namespace redisop {
namespace {

constexpr size_t kNobody = ~size_t{0};
constexpr std::string_view kCluster;  // stands for no node

}  // namespace

struct Dependencies::AccessVisitor {
  Dependencies& all;
  const WorkingSnapshot& now;
  using enum Aspect;

  // Steps may name a node by its pod.
  std::string_view Of(const NodeId& name) const {
    const Node* node = now.Find(name);
    return node == nullptr ? std::string_view(name) : std::string_view(node->id);
  }
  std::string_view PrimaryOf(std::string_view name) const {
    const Node* node = now.Find(name);
    return node != nullptr && node->role == Role::kReplica ? std::string_view(node->primary_id)
                                                           : std::string_view();
  }
  void Read(std::string_view node, std::initializer_list<Aspect> aspects) const {
    for (const Aspect aspect : aspects) {
      all.Read(node, aspect);
    }
  }
  void Write(std::string_view node, std::initializer_list<Aspect> aspects) const {
    for (const Aspect aspect : aspects) {
      all.Write(node, aspect);
    }
  }

  void operator()(const CreatePod& s) const { Write(s.pod, {kExists}); }
  void operator()(const DeletePod& s) const {
    const std::string_view id = Of(s.node_id.empty() ? s.pod : s.node_id);
    Read(id, {kMember, kSlots, kCopies});
    Write(id, {kExists});
    all.Join(PrimaryOf(id), kCopies);
  }
  // Where new nodes join, nothing changes for those that know each other: their steps need not wait
  // for a new one that may take long to come. Without new nodes all find each other again.
  void operator()(const MeetNodes& s) const {
    const auto is_new = [&](const NodeId& name) {
      const Node* node = now.Find(name);
      return node != nullptr && node->alone;
    };
    const bool some_new = std::any_of(s.node_ids.begin(), s.node_ids.end(), is_new);
    for (const NodeId& name : s.node_ids) {
      const std::string_view id = Of(name);
      Read(id, {kExists});
      if (is_new(name)) {
        Read(id, {kSlots});
      }
      if (some_new && !is_new(name)) {
        Read(id, {kMember});
      } else {
        Write(id, {kMember});
      }
    }
  }
  void operator()(const SetConfigEpoch& s) const {
    Read(Of(s.node_id), {kExists});
    Write(Of(s.node_id), {kMember});
  }
  // A new node gets its slots before it meets the others; so this reads what MeetNodes writes only
  // when the node is a member already.
  void operator()(const AssignSlots& s) const {
    const std::string_view id = Of(s.node_id);
    Read(id, {kExists, kRole});
    if (const Node* node = now.Find(id); node != nullptr && !node->alone) {
      Read(id, {kMember, kCopies});
    }
    Write(id, {kSlots});
  }
  void operator()(const AttachReplica& s) const {
    const std::string_view replica = Of(s.replica_id);
    const std::string_view primary = Of(s.primary_id);
    Read(replica, {kMember});
    Read(primary, {kMember, kRole, kFunctions});
    Write(replica, {kRole});
    all.Join(primary, kCopies);
    all.Join(PrimaryOf(replica), kCopies);
  }
  void operator()(const MigrateSlots& s) const { Moving(s.source_id, s.target_id); }
  void operator()(const CloseOpenSlot& s) const { Moving(s.owner_id, s.target_id); }
  void operator()(const PromoteReplica& s) const { Failover(s.replica_id, s.primary_id); }
  void operator()(const TakeOver& s) const { Failover(s.replica_id, s.primary_id); }
  void operator()(const ForgetNode& s) const {
    const std::string_view id = Of(s.node_id);
    Read(id, {kExists, kSlots, kRole, kCopies});
    // A replica is needed until its primary has nothing to move any more.
    Read(PrimaryOf(id), {kSlots});
    Write(id, {kMember});
    all.Join(PrimaryOf(id), kCopies);
  }
  void operator()(const ResetEmptyNode& s) const {
    const std::string_view id = Of(s.node_id);
    Read(id, {kExists});
    Write(id, {kMember, kRole, kSlots});
  }
  void operator()(const CopyFunctions& s) const {
    const std::string_view target = Of(s.target_id);
    Read(Of(s.source_id), {kMember});
    Read(target, {kMember});
    Write(target, {kFunctions});
  }
  void operator()(const SetConfig& s) const {
    for (const NodeId& name : s.node_ids) {
      Read(Of(name), {kExists});
    }
  }

  // A target's replicas are in sync, and its functions there, before data arrives.
  void Moving(const NodeId& from, const NodeId& to) const {
    const std::string_view source = Of(from);
    const std::string_view target = Of(to);
    Read(source, {kMember, kRole});
    Read(target, {kMember, kRole, kCopies, kFunctions});
    Write(source, {kSlots});
    Write(target, {kSlots});
  }
  // One failover at a time in the whole cluster: votes of several at once are split.
  void Failover(const NodeId& to, const NodeId& from) const {
    for (const std::string_view node : {Of(to), Of(from)}) {
      Read(node, {kMember});
      Write(node, {kRole, kSlots, kCopies});
    }
    Write(kCluster, {kFailover});
  }
};

Dependencies::History& Dependencies::HistoryOf(std::string_view node, Aspect aspect) {
  auto found = history_of_.find(node);
  if (found == history_of_.end()) {
    found = history_of_.try_emplace(std::string(node), &histories_.emplace_back()).first;
  }
  return (*found->second)[static_cast<size_t>(aspect)];
}

void Dependencies::WaitFor(size_t step) {
  if (step != number_ && listed_by_[step] != number_) {
    listed_by_[step] = number_;
    after_.push_back(step);
  }
}

void Dependencies::Read(std::string_view node, Aspect aspect) {
  if (node.empty()) {
    return;
  }
  History& history = HistoryOf(node, aspect);
  for (const size_t writer : history.writers) {
    WaitFor(writer);
  }
  history.readers.push_back(number_);
}

void Dependencies::Write(std::string_view node, Aspect aspect) {
  History& history = HistoryOf(node, aspect);
  for (const auto* steps : {&history.writers, &history.readers}) {
    for (const size_t step : *steps) {
      WaitFor(step);
    }
  }
  history.writers.assign(1, number_);
  history.readers.clear();
}

void Dependencies::Join(std::string_view node, Aspect aspect) {
  if (!node.empty()) {
    HistoryOf(node, aspect).writers.push_back(number_);
  }
}

// Drops what one of the others waits for itself. Looks from the shorter side: a step that waits for
// thousands is waited for by thousands.
void Dependencies::DropImplied() {
  for (const size_t step : after_) {
    const std::vector<size_t>& earlier = waits_for_[step];
    if (earlier.size() <= after_.size()) {
      for (const size_t implied : earlier) {
        implied_by_[implied] = number_;
      }
      continue;
    }
    for (const size_t other : after_) {
      if (std::binary_search(earlier.begin(), earlier.end(), other)) {
        implied_by_[other] = number_;
      }
    }
  }
  std::erase_if(after_, [this](size_t step) { return implied_by_[step] == number_; });
}

const std::vector<size_t>& Dependencies::Add(const StepKind& kind, const WorkingSnapshot& before,
                                             const std::set<size_t>& also_after) {
  number_ = waits_for_.size();
  listed_by_.push_back(kNobody);
  implied_by_.push_back(kNobody);
  after_.clear();
  for (const size_t step : also_after) {
    WaitFor(step);
  }
  std::visit(AccessVisitor{*this, before}, kind);
  std::sort(after_.begin(), after_.end());
  DropImplied();
  waits_for_.push_back(after_);
  return waits_for_.back();
}

}  // namespace redisop
