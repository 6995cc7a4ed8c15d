// Some slots on their way from one primary to another: opened, emptied by somebody else, closed.
//
//   Window window(parties, slots);
//   RETURN_IF_ERROR(window.Open());
//   … move keys until window.CountKeysLeft() says zero for all …
//   RETURN_IF_ERROR(window.Close());
//
// After an error the slots stay as they are, open: closing without proof of emptiness would destroy
// keys ("dirty slots" in docs/moving-slots.md). CloseOpenSlot goes on from there. One thread.
//
// Source: Redis command reference, CLUSTER SETSLOT; the order of the commands is that of
// redis-cli 7.0.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_WINDOW_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_WINDOW_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/agent/execute/migrate/barrier.h"

namespace redisop {

class Window {
 public:
  // `parties` must outlive this.
  Window(MoveParties& parties, std::vector<int> slots);

  // Marks the slots IMPORTING at the target, then MIGRATING at the source: a client that is sent
  // from one to the other always finds a willing node. Repeating it does no harm.
  // STATE_CHANGED: a node refused, so it isn't the owner any more, or is the owner already.
  absl::Status Open();

  // Keys that the source still holds, per slot in the order given. The marks are set again in the
  // same burst, so that a count of zero is final: without its mark (it was lost in a failover) the
  // source would take new keys. STATE_CHANGED too when the source's config epoch is not that of the
  // barrier any more: it has become a target meanwhile, and its claims could outrank those of its
  // own target ("late claims").
  absl::StatusOr<std::vector<uint64_t>> CountKeysLeft();

  // Makes the target the owner: tells the target first, which takes a new config epoch for it, then
  // the source and, unless the target announces it itself, at the same time all other primaries.
  // Refuses with KEYS_LEFT unless the last CountKeysLeft said zero for every slot.
  absl::Status Close();

 private:
  MoveParties& parties_;
  const std::vector<int> slots_;
  bool drained_ = false;
};

// Tells the source and all other primaries that the target owns the slots. Another primary that
// doesn't answer learns it by gossip and is left out from then on. Requires: the target owns them,
// and the source holds none of their keys. Errors as Window::Close.
absl::Status AnnounceTarget(MoveParties& parties, const std::vector<int>& slots);

// Makes the target, of which `target_view` is, take `owner` for the owner of `slots`. A node that
// imports a slot believes no gossip about it: when the owner is the promoted replica of the one
// that the move began with, the target would go on naming the old one, or nobody, and refuse every
// command. Requires: `owner` owns the slots and the target doesn't. Errors as SetSlots.
absl::Status NameOwner(RedisConnection& target, const NodeView& target_view, const NodeId& owner,
                       const SlotSet& slots);

// Looks whether the target itself says that it owns all of `slots`. STATE_CHANGED names those that
// it doesn't: a claim of somebody else arrived after the target's own.
absl::Status ConfirmTarget(MoveParties& parties, const SlotSet& slots);

// COUNTKEYSINSLOT of each slot.
absl::StatusOr<std::vector<uint64_t>> CountKeys(RedisConnection& redis,
                                                const std::vector<int>& slots);

// `CLUSTER SETSLOT slot state [peer]` for each slot in bursts. STATE_CHANGED with the server's
// words for the first refusal.
absl::Status SetSlots(RedisConnection& redis, const std::vector<int>& slots, std::string_view state,
                      const NodeId& peer);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_WINDOW_H_
