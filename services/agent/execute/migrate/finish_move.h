// Brings a slot move to its end from whatever is observed on both sides: nothing done yet, or an
// earlier run stopped anywhere. MigrateSlots and CloseOpenSlot FINISH are both this.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FINISH_MOVE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FINISH_MOVE_H_

#include "common/model/slot_set.h"
#include "services/agent/execute/step_action.h"

namespace redisop {

// Moves those of `slots` that the source still owns to the target. Per slot:
//   owned by the target already: done; the source is told if it doesn't know yet;
//   marked MIGRATING at the source, towards the target or a node from which the target took over
//     and that is its replica now: the source's copy of a key counts, the target's is replaced;
//   not marked, and the target's IMPORTING mark names the target itself: it holds copies that no
//     client has seen (KeyCopier); they are deleted, and the slot is moved;
//   not marked, and the target's IMPORTING mark names this source: it stopped while handing over;
//     the source has been serving the slot alone, so its copy counts;
//   not marked, and the target holds keys of it or a mark that names another node: the slot had
//     another owner, which failed over in the middle of the move ("lost mark" in
//     docs/moving-slots.md), and either copy may be the newer one. The marks are set again and keys
//     on both sides compared: equal ones are deleted at the source, different ones (KEYS_DIFFER)
//     are kept on both sides and their slots left open for somebody to decide;
//   neither: moved.
// STATE_CHANGED: a slot belongs to neither, or is on its way to somebody else. Other errors as
// MeetBarriers and SlotMover::Move.
StepOutcome FinishMove(StepContext& context, const NodeId& source_id, const NodeId& target_id,
                       const SlotSet& slots);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_EXECUTE_MIGRATE_FINISH_MOVE_H_
