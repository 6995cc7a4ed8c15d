// The checkers: each looks for one fault or improvement and proposes the steps that mend it. They
// run in the order of kCheckers; that list is the planner's table of contents.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_CHECKERS_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_CHECKERS_H_

#include <string_view>
#include <vector>

#include "services/planner/core/draft.h"

namespace redisop {

// New, empty nodes become a cluster. Only once in a cluster's life.
void FormCluster(Draft& draft);
// Nodes that belong together and lost sight of each other meet again.
void MeetKnownNodes(Draft& draft);
// While two primaries claim the same slots nothing else is done: one of them is no shard.
void AwaitClaims(Draft& draft);
// Slot moves that were interrupted are finished or undone.
void CloseOpenSlots(Draft& draft);
// Slots that two nodes each take for the other's go to whom most primaries take for their owner.
void RestoreOwners(Draft& draft);
// Shards whose primary failed: wait for the election, or give up what is proven lost.
void RecoverShards(Draft& draft);
// Pods for missing shards and replicas.
void AddPods(Draft& draft);
// New nodes meet the others.
void MeetNewNodes(Draft& draft);
// New primaries get the functions that the others have.
void CopyFunctionsToNew(Draft& draft);
// New and misplaced nodes become replicas of their shard's primary.
void AttachReplicas(Draft& draft);
// Ids without a pod and without duties leave the tables of the others.
void ForgetNodes(Draft& draft);
// Slots that nobody owns get an owner; every primary gets its share; leaving shards give all.
void BalanceSlots(Draft& draft);
// Drained shards go: their replicas, then their primary.
void RemoveShards(Draft& draft);
// Copies of one shard that share a host or a zone although there are better places: others take
// their place.
void ReplaceCopies(Draft& draft);
// Failovers that restore the spread of primaries over zones and hosts.
void SpreadRoles(Draft& draft);
// Replicas beyond the wished number, and nodes nobody needs, go.
void RemoveReplicas(Draft& draft);

struct Checker {
  std::string_view name;
  void (*run)(Draft& draft);
};

extern const std::vector<Checker> kCheckers;

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_CHECKERS_H_
