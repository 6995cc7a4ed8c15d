#include "services/agent/execute/migrate/window.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

// Commands in one burst: the server runs a burst in one go.
constexpr size_t kBurst = 512;

RedisCommand SetSlotCommand(int slot, std::string_view state, const NodeId& peer) {
  RedisCommand command = {"CLUSTER", "SETSLOT", std::to_string(slot), std::string(state)};
  if (!peer.empty()) command.push_back(peer);
  return command;
}

absl::Status Judge(const Reply& reply, int slot, std::string_view state) {
  if (!reply.IsError()) return absl::OkStatus();
  return Refuse(Refusal::kStateChanged, fmt::format("slot {} {}: {}", slot, state, reply.text));
}

// The target takes the slots. Only one that is marked as arriving gives it a new config epoch; with
// its old one a claim of the source that is still on its way would win, and the target would delete
// the keys. So each mark is set in the same burst, also where it should be set already.
absl::Status ClaimSingly(MoveParties& parties, absl::Span<const int> slots) {
  std::vector<RedisCommand> burst;
  for (const int slot : slots) {
    burst.push_back(SetSlotCommand(slot, "IMPORTING", parties.source_id));
    burst.push_back(SetSlotCommand(slot, "NODE", parties.target_id));
  }
  ASSIGN_OR_RETURN(const std::vector<Reply> replies,
                   parties.target->Pipeline(burst, kAnswerTimeout));
  for (size_t i = 0; i < replies.size(); ++i) {
    RETURN_IF_ERROR(Judge(replies[i], slots[i / 2], i % 2 == 0 ? "IMPORTING" : "NODE"));
  }
  return absl::OkStatus();
}

// As ClaimSingly. For each slot that was marked the target writes to all nodes, and each of them
// compares 16384 owners; so in one transaction only the last slot is, for the new epoch and one
// message that tells of all.
absl::Status ClaimTogether(MoveParties& parties, absl::Span<const int> slots) {
  std::vector<RedisCommand> burst = {{"MULTI"}};
  for (const int slot : slots) {
    burst.push_back(slot == slots.back() ? SetSlotCommand(slot, "IMPORTING", parties.source_id)
                                         : SetSlotCommand(slot, "STABLE", ""));
    burst.push_back(SetSlotCommand(slot, "NODE", parties.target_id));
  }
  burst.push_back({"EXEC"});
  ASSIGN_OR_RETURN(const std::vector<Reply> replies,
                   parties.target->Pipeline(burst, kAnswerTimeout));
  for (size_t i = 1; i + 1 < replies.size(); ++i) {
    RETURN_IF_ERROR(Judge(replies[i], slots[(i - 1) / 2], "NODE"));
  }
  const Reply& executed = replies.back();
  RETURN_IF_ERROR(ErrorOf(executed, "EXEC"));
  for (size_t i = 0; i < executed.elements.size(); ++i) {
    RETURN_IF_ERROR(Judge(executed.elements[i], slots[i / 2], "NODE"));
  }
  return absl::OkStatus();
}

absl::Status Claim(MoveParties& parties, absl::Span<const int> slots) {
  for (size_t first = 0; first < slots.size(); first += kBurst) {
    const absl::Span<const int> some = slots.subspan(first, kBurst);
    RETURN_IF_ERROR(parties.target_allows_setslot_in_multi ? ClaimTogether(parties, some)
                                                           : ClaimSingly(parties, some));
  }
  return absl::OkStatus();
}

absl::Status SendNode(RedisConnection& redis, const std::vector<int>& slots, const NodeId& owner) {
  for (const int slot : slots) {
    const std::string text = std::to_string(slot);
    RETURN_IF_ERROR(redis.Send({"CLUSTER", "SETSLOT", text, "NODE", owner}));
  }
  return redis.Flush(kAnswerTimeout);
}

// The first error of a connection; error replies go into `refusal`.
absl::Status ReceiveNode(RedisConnection& redis, const std::vector<int>& slots,
                         absl::Status& refusal) {
  for (const int slot : slots) {
    ASSIGN_OR_RETURN(const Reply reply, redis.Receive(kAnswerTimeout));
    if (refusal.ok()) refusal = Judge(reply, slot, "NODE");
  }
  return absl::OkStatus();
}

absl::Status TellSource(MoveParties& parties, const std::vector<int>& slots) {
  RETURN_IF_ERROR(SendNode(*parties.source, slots, parties.target_id));
  absl::Status refusal;
  RETURN_IF_ERROR(ReceiveNode(*parties.source, slots, refusal));
  // A source that gave its last slot away may be a replica by now, by its own decision; the slot is
  // the target's all the same (redis#9223).
  const bool became_replica =
      refusal.message().find("only with masters") != absl::string_view::npos;
  return became_replica ? absl::OkStatus() : refusal;
}

}  // namespace

absl::StatusOr<std::vector<uint64_t>> CountKeys(RedisConnection& redis,
                                                const std::vector<int>& slots) {
  std::vector<uint64_t> counts;
  counts.reserve(slots.size());
  for (size_t first = 0; first < slots.size(); first += kBurst) {
    std::vector<RedisCommand> burst;
    for (size_t i = first; i < std::min(first + kBurst, slots.size()); ++i) {
      burst.push_back({"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slots[i])});
    }
    ASSIGN_OR_RETURN(const std::vector<Reply> replies, redis.Pipeline(burst, kAnswerTimeout));
    for (const Reply& reply : replies) {
      RETURN_IF_ERROR(ErrorOf(reply, "COUNTKEYSINSLOT"));
      counts.push_back(static_cast<uint64_t>(reply.integer));
    }
  }
  return counts;
}

absl::Status SetSlots(RedisConnection& redis, const std::vector<int>& slots, std::string_view state,
                      const NodeId& peer) {
  for (size_t first = 0; first < slots.size(); first += kBurst) {
    const size_t end = std::min(first + kBurst, slots.size());
    std::vector<RedisCommand> burst;
    for (size_t i = first; i < end; ++i) burst.push_back(SetSlotCommand(slots[i], state, peer));
    ASSIGN_OR_RETURN(const std::vector<Reply> replies, redis.Pipeline(burst, kAnswerTimeout));
    for (size_t i = first; i < end; ++i) {
      RETURN_IF_ERROR(Judge(replies[i - first], slots[i], state));
    }
  }
  return absl::OkStatus();
}

Window::Window(MoveParties& parties, std::vector<int> slots)
    : parties_(parties), slots_(std::move(slots)) {}

absl::Status Window::Open() {
  RETURN_IF_ERROR(SetSlots(*parties_.target, slots_, "IMPORTING", parties_.source_id));
  return SetSlots(*parties_.source, slots_, "MIGRATING", parties_.target_id);
}

absl::StatusOr<std::vector<uint64_t>> Window::CountKeysLeft() {
  std::vector<RedisCommand> burst;
  for (const int slot : slots_) {
    burst.push_back(SetSlotCommand(slot, "MIGRATING", parties_.target_id));
  }
  for (const int slot : slots_) {
    burst.push_back({"CLUSTER", "COUNTKEYSINSLOT", std::to_string(slot)});
  }
  burst.push_back({"CLUSTER", "INFO"});
  ASSIGN_OR_RETURN(const std::vector<Reply> replies,
                   parties_.source->Pipeline(burst, kAnswerTimeout));
  RETURN_IF_ERROR(ErrorOf(replies.back(), "CLUSTER INFO"));
  ASSIGN_OR_RETURN(const ClusterInfo info, ParseClusterInfo(replies.back().text));
  if (info.config_epoch != parties_.source_view.self.config_epoch) {
    return Refuse(Refusal::kStateChanged, "the source took slots over meanwhile");
  }
  std::vector<uint64_t> counts;
  for (size_t i = 0; i < slots_.size(); ++i) {
    RETURN_IF_ERROR(Judge(replies[i], slots_[i], "MIGRATING"));
    const Reply& count = replies[slots_.size() + i];
    RETURN_IF_ERROR(ErrorOf(count, "COUNTKEYSINSLOT"));
    counts.push_back(static_cast<uint64_t>(count.integer));
  }
  drained_ = std::all_of(counts.begin(), counts.end(), [](uint64_t count) { return count == 0; });
  return counts;
}

absl::Status Window::Close() {
  if (!drained_) {
    return Refuse(Refusal::kKeysLeft, "the source may still hold keys of an open slot");
  }
  RETURN_IF_ERROR(Claim(parties_, slots_));
  return parties_.target_announces ? TellSource(parties_, slots_)
                                   : AnnounceTarget(parties_, slots_);
}

absl::Status NameOwner(RedisConnection& target, const NodeView& target_view, const NodeId& owner,
                       const SlotSet& slots) {
  const Node* known = FindPeer(target_view, owner);
  const SlotSet unknown = known == nullptr ? slots : slots - known->slots;
  return SetSlots(target, unknown.Slots(), "NODE", owner);
}

absl::Status ConfirmTarget(MoveParties& parties, const SlotSet& slots) {
  ASSIGN_OR_RETURN(const NodeView view, ReadView(*parties.target));
  const SlotSet lost = slots - view.self.slots;
  return lost.empty()
             ? absl::OkStatus()
             : Refuse(Refusal::kStateChanged,
                      fmt::format("the target does not own slots {} any more", lost.ToString()));
}

absl::Status AnnounceTarget(MoveParties& parties, const std::vector<int>& slots) {
  std::vector<std::unique_ptr<RedisConnection>>& others = parties.others;
  std::vector<bool> gone(others.size());
  for (size_t i = 0; i < others.size(); ++i) {
    gone[i] = !SendNode(*others[i], slots, parties.target_id).ok();
  }
  RETURN_IF_ERROR(TellSource(parties, slots));
  for (size_t i = 0; i < others.size(); ++i) {
    // What another primary replies doesn't matter: the target's claim has the higher epoch.
    absl::Status ignored;
    if (!gone[i]) gone[i] = !ReceiveNode(*others[i], slots, ignored).ok();
  }
  for (size_t i = others.size(); i-- > 0;) {
    if (gone[i]) others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return absl::OkStatus();
}

}  // namespace redisop
