// Moves whole slots by optimistic copy, without a moment at which a client could see a key twice,
// an old value, or none:
//
//   Copy      reads all keys of a slot under WATCH and restores them at the target. The source
//   knows nothing of
//             the move yet and serves everything; nobody is sent to the target.
//   HandOver  in one transaction: deletes the keys at the source and marks the slot MIGRATING. It
//   fails if anybody
//             changed or deleted one of the keys since it was read; then nothing has happened.
//   Discard   removes the copies of a slot whose hand-over failed.
//
// Before HandOver, parties.copies_needed replicas of the target have the copies too. The target's
// IMPORTING mark says how far a slot is, also after a crash: it names the target itself while there
// are only copies, and the source before the first key is given up. Marking the slot MIGRATING
// first, as redis-cli does, would not do here: a client that deletes a key is then sent to its
// stale copy.
//
// Source: Redis command reference, WATCH, DUMP, RESTORE-ASKING, WAIT, CLUSTER SETSLOT;
// docs/moving-slots.md. One thread. Errors of all calls: NOT_IN_SYNC: replicas of the target didn't
// get the copies within 10 s; STATE_CHANGED: source or target don't own or import the slot any
// more; REDIS_ERROR: a server refused, in its own words. After an error the copier can't be used
// any more.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_KEY_COPY_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_KEY_COPY_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/agent/execute/migrate/barrier.h"
#include "services/agent/execute/migrate/pacer.h"

namespace redisop {

class KeyCopier {
 public:
  // Opens further connections to the source through `context` when they are needed. Both must
  // outlive this.
  KeyCopier(StepContext& context, MoveParties& parties);

  // Marks the slots at the target and fills them. Returns the time that reading took. Requires:
  // slots.size() <= kLanesMax.
  absl::StatusOr<absl::Duration> Copy(const std::vector<SlotKeys>& slots);

  // For the slots of the last Copy, in its order: whether the slot was handed over.
  absl::StatusOr<std::vector<bool>> HandOver();

  // Lets the source's replicas catch up with the deletions, at most 500 ms: a source that fails
  // over later would bring deleted keys back. False when they didn't.
  absl::StatusOr<bool> SettleSource();

  uint64_t keys_moved() const { return keys_moved_; }
  uint64_t bytes_moved() const { return bytes_moved_; }

 private:
  // One slot on its way.
  struct Passage {
    const SlotKeys* slot = nullptr;
    RedisConnection* lane = nullptr;
    bool whole = true;   // all keys were there and are copied
    uint64_t bytes = 0;  // as serialized
  };

  absl::Status OpenLanes(size_t count);
  absl::Status SendMarks(const std::vector<SlotKeys>& slots);
  absl::Status ReceiveMarks(const std::vector<SlotKeys>& slots);
  absl::Status SendRead(Passage& passage);
  absl::StatusOr<size_t> ForwardCopies(Passage& passage);
  absl::Status AwaitReplicas();
  absl::Status SendHandOver(Passage& passage);
  absl::StatusOr<bool> ReceiveHandOver(Passage& passage);

  StepContext& context_;
  MoveParties& parties_;
  std::vector<std::unique_ptr<RedisConnection>> lanes_;
  std::vector<Passage> passages_;
  uint64_t keys_moved_ = 0;
  uint64_t bytes_moved_ = 0;
};

// Discard. Requires: the target imports the slots, and no client was ever sent there for them.
absl::Status DiscardCopies(RedisConnection& target, const std::vector<SlotKeys>& slots);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_KEY_COPY_H_
