#include "services/agent/execute/migrate/key_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

// For bursts with the content of keys: one of 64 MB takes seconds.
constexpr absl::Duration kCopyTimeout = absl::Seconds(30);
constexpr absl::Duration kReplicasTimeout = absl::Seconds(10);
constexpr char kWaitMilliseconds[] = "1000";
constexpr char kSettleMilliseconds[] = "500";

absl::Status Judge(const Reply& reply, std::string_view who, int slot) {
  if (!reply.IsError()) return absl::OkStatus();
  const bool moved = reply.IsErrorOf("MOVED") || reply.IsErrorOf("ASK");
  return Refuse(moved ? Refusal::kStateChanged : Refusal::kRedisError,
                fmt::format("{}, slot {}: {}", who, slot, reply.text));
}

std::vector<std::string_view> WithKeys(std::string_view command, const SlotKeys& slot) {
  std::vector<std::string_view> words = {command};
  words.insert(words.end(), slot.keys.begin(), slot.keys.end());
  return words;
}

}  // namespace

KeyCopier::KeyCopier(StepContext& context, MoveParties& parties)
    : context_(context), parties_(parties) {}

absl::Status KeyCopier::OpenLanes(size_t count) {
  while (lanes_.size() < count) {
    ASSIGN_OR_RETURN(auto lane, context_.ConnectLocal());
    lanes_.push_back(std::move(lane));
  }
  return absl::OkStatus();
}

absl::Status KeyCopier::SendMarks(const std::vector<SlotKeys>& slots) {
  for (const SlotKeys& slot : slots) {
    RETURN_IF_ERROR(parties_.target->Send(
        {"CLUSTER", "SETSLOT", std::to_string(slot.slot), "IMPORTING", parties_.target_id}));
  }
  return parties_.target->Flush(kAnswerTimeout);
}

absl::Status KeyCopier::ReceiveMarks(const std::vector<SlotKeys>& slots) {
  for (const SlotKeys& slot : slots) {
    ASSIGN_OR_RETURN(const Reply reply, parties_.target->Receive(kAnswerTimeout));
    if (reply.IsError()) {
      return Refuse(Refusal::kStateChanged, fmt::format("slot {}: {}", slot.slot, reply.text));
    }
  }
  return absl::OkStatus();
}

absl::Status KeyCopier::SendRead(Passage& passage) {
  RETURN_IF_ERROR(passage.lane->Send(WithKeys("WATCH", *passage.slot)));
  for (const std::string& key : passage.slot->keys) {
    RETURN_IF_ERROR(passage.lane->Send({"DUMP", key}));
    RETURN_IF_ERROR(passage.lane->Send({"PTTL", key}));
  }
  return passage.lane->Flush(kCopyTimeout);
}

absl::StatusOr<size_t> KeyCopier::ForwardCopies(Passage& passage) {
  const int slot = passage.slot->slot;
  ASSIGN_OR_RETURN(const Reply watch, passage.lane->Receive(kCopyTimeout));
  RETURN_IF_ERROR(Judge(watch, "source", slot));
  size_t copies = 0;
  for (const std::string& key : passage.slot->keys) {
    ASSIGN_OR_RETURN(const Reply payload, passage.lane->Receive(kCopyTimeout));
    ASSIGN_OR_RETURN(const Reply expiry, passage.lane->Receive(kCopyTimeout));
    RETURN_IF_ERROR(Judge(payload, "source", slot));
    RETURN_IF_ERROR(Judge(expiry, "source", slot));
    if (payload.IsNil() || expiry.integer == -2) {
      passage.whole = false;
      continue;
    }
    // PTTL: -1 is without expiry, which RESTORE calls 0; 0 is within this millisecond.
    const std::string expiry_milliseconds =
        std::to_string(expiry.integer < 0 ? 0 : std::max<int64_t>(1, expiry.integer));
    RETURN_IF_ERROR(parties_.target->Send(
        {"RESTORE-ASKING", key, expiry_milliseconds, payload.text, "REPLACE"}));
    passage.bytes += payload.text.size();
    ++copies;
  }
  RETURN_IF_ERROR(parties_.target->Flush(kCopyTimeout));
  return copies;
}

absl::Status KeyCopier::AwaitReplicas() {
  if (parties_.copies_needed == 0) return absl::OkStatus();
  const absl::Duration end = context_.clock().Monotonic() + kReplicasTimeout;
  const std::string needed = std::to_string(parties_.copies_needed);
  while (true) {
    ASSIGN_OR_RETURN(const Reply reply,
                     parties_.target->Call({"WAIT", needed, kWaitMilliseconds}, kAnswerTimeout));
    RETURN_IF_ERROR(ErrorOf(reply, "WAIT"));
    if (reply.integer >= parties_.copies_needed) return absl::OkStatus();
    if (context_.clock().Monotonic() >= end) {
      return Refuse(Refusal::kNotInSync,
                    fmt::format("{} of {} replicas of the target have the copied keys",
                                reply.integer, parties_.copies_needed));
    }
  }
}

absl::StatusOr<absl::Duration> KeyCopier::Copy(const std::vector<SlotKeys>& slots) {
  RETURN_IF_ERROR(OpenLanes(slots.size()));
  passages_.clear();
  for (size_t i = 0; i < slots.size(); ++i) {
    passages_.push_back({.slot = &slots[i], .lane = lanes_[i].get()});
  }
  RETURN_IF_ERROR(SendMarks(slots));
  const absl::Duration start = context_.clock().Monotonic();
  for (Passage& passage : passages_) RETURN_IF_ERROR(SendRead(passage));
  // Not before every mark is there: a target that owned a slot by now would take the copies for
  // newer values.
  RETURN_IF_ERROR(ReceiveMarks(slots));
  std::vector<size_t> copies;
  for (Passage& passage : passages_) {
    ASSIGN_OR_RETURN(copies.emplace_back(), ForwardCopies(passage));
  }
  const absl::Duration reading = context_.clock().Monotonic() - start;
  for (size_t i = 0; i < slots.size(); ++i) {
    for (size_t copy = 0; copy < copies[i]; ++copy) {
      ASSIGN_OR_RETURN(const Reply reply, parties_.target->Receive(kCopyTimeout));
      RETURN_IF_ERROR(Judge(reply, "target", slots[i].slot));
    }
  }
  RETURN_IF_ERROR(AwaitReplicas());
  return reading;
}

absl::Status KeyCopier::SendHandOver(Passage& passage) {
  if (!passage.whole) {
    RETURN_IF_ERROR(passage.lane->Send({"UNWATCH"}));
    return passage.lane->Flush(kCopyTimeout);
  }
  const std::string slot = std::to_string(passage.slot->slot);
  RETURN_IF_ERROR(passage.lane->Send({"MULTI"}));
  RETURN_IF_ERROR(passage.lane->Send(WithKeys("UNLINK", *passage.slot)));
  RETURN_IF_ERROR(
      passage.lane->Send({"CLUSTER", "SETSLOT", slot, "MIGRATING", parties_.target_id}));
  RETURN_IF_ERROR(passage.lane->Send({"EXEC"}));
  return passage.lane->Flush(kCopyTimeout);
}

absl::StatusOr<bool> KeyCopier::ReceiveHandOver(Passage& passage) {
  const int slot = passage.slot->slot;
  if (!passage.whole) {
    RETURN_IF_ERROR(passage.lane->Receive(kCopyTimeout).status());
    return false;
  }
  for (int queued = 0; queued < 3; ++queued) {
    ASSIGN_OR_RETURN(const Reply reply, passage.lane->Receive(kCopyTimeout));
    RETURN_IF_ERROR(Judge(reply, "source", slot));
  }
  ASSIGN_OR_RETURN(const Reply executed, passage.lane->Receive(kCopyTimeout));
  RETURN_IF_ERROR(Judge(executed, "source", slot));
  if (executed.IsNil()) return false;
  for (const Reply& reply : executed.elements) RETURN_IF_ERROR(Judge(reply, "source", slot));
  keys_moved_ += passage.slot->keys.size();
  bytes_moved_ += passage.bytes;
  return true;
}

absl::StatusOr<std::vector<bool>> KeyCopier::HandOver() {
  for (Passage& passage : passages_) RETURN_IF_ERROR(SendHandOver(passage));
  std::vector<bool> handed_over;
  for (Passage& passage : passages_) {
    ASSIGN_OR_RETURN(const bool done, ReceiveHandOver(passage));
    handed_over.push_back(done);
  }
  return handed_over;
}

absl::Status DiscardCopies(RedisConnection& target, const std::vector<SlotKeys>& slots) {
  for (const SlotKeys& slot : slots) {
    std::vector<RedisCommand> burst;
    for (const std::string& key : slot.keys) {
      burst.push_back({"ASKING"});
      burst.push_back({"UNLINK", key});
    }
    ASSIGN_OR_RETURN(const std::vector<Reply> replies, target.Pipeline(burst, kCopyTimeout));
    for (const Reply& reply : replies) RETURN_IF_ERROR(Judge(reply, "target", slot.slot));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> KeyCopier::SettleSource() {
  if (parties_.copies_needed == 0) return true;
  const std::string needed = std::to_string(parties_.copies_needed);
  for (const auto& lane : lanes_) {
    RETURN_IF_ERROR(lane->Send({"WAIT", needed, kSettleMilliseconds}));
    RETURN_IF_ERROR(lane->Flush(kAnswerTimeout));
  }
  bool settled = true;
  for (const auto& lane : lanes_) {
    ASSIGN_OR_RETURN(const Reply reply, lane->Receive(kAnswerTimeout));
    settled = settled && reply.integer >= parties_.copies_needed;
  }
  return settled;
}

}  // namespace redisop
