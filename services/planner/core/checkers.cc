#include "services/planner/core/checkers.h"

namespace redisop {

// Repair before improvement, more before less: nothing is taken away before what replaces it is
// there.
const std::vector<Checker> kCheckers = {
    {"form_cluster", FormCluster},
    {"meet_known_nodes", MeetKnownNodes},
    {"await_claims", AwaitClaims},
    {"close_open_slots", CloseOpenSlots},
    {"restore_owners", RestoreOwners},
    {"recover_shards", RecoverShards},
    {"add_pods", AddPods},
    {"meet_new_nodes", MeetNewNodes},
    {"copy_functions", CopyFunctionsToNew},
    {"attach_replicas", AttachReplicas},
    {"forget_nodes", ForgetNodes},
    {"balance_slots", BalanceSlots},
    {"remove_shards", RemoveShards},
    {"replace_copies", ReplaceCopies},
    {"spread_roles", SpreadRoles},
    {"remove_replicas", RemoveReplicas},
};

}  // namespace redisop
