// Who takes over from a primary whose dataset is gone, before an empty server may answer at its
// address.
//
// A replica follows an address, not a node id: a new, empty server at the old primary's address
// would be copied by the replicas, and the last copies of the shard would be gone (seen on 7.0.15).
// Nor would the others ever call the old node failed: they drop the address of a node whose place
// another one has taken, and ask it no more. So the launcher keeps the address silent until a
// replica is the primary. It needn't wait for the others' failure detection: it holds the lock that
// the old process held, which proves that one dead, so the most advanced replica may be told to
// stand for election at once (CLUSTER FAILOVER FORCE; the other primaries vote as usual).

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_SUCCESSION_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_SUCCESSION_H_

#include <string>
#include <string_view>
#include <vector>

#include "services/agent/launcher/settings.h"

namespace redisop {

// A node as nodes.conf lists it. The address is "ip:port".
struct ListedNode {
  std::string id;
  std::string address;
  bool owned_slots = false;
};

// What a nodes.conf says of its own node and of the others. Who follows whom is not in it reliably:
// a primary doesn't save its nodes.conf when it gets a replica (seen on 7.0.15). So everybody may
// be a follower.
struct FormerSelf {
  std::string id;
  bool owned_slots = false;
  std::vector<ListedNode> others;  // but for failed ones and those without an address
};

// Reads a nodes.conf, which is CLUSTER NODES text and a line of variables. Lines that make no sense
// are left out.
FormerSelf ReadFormerSelf(std::string_view nodes_conf);

// Returns when nobody replicates from `ip` any more, at once when nobody did. Tells the most
// advanced replica to take over, once. Waits without limit for replicas that can't be reached,
// until another node has forgotten them: theirs may be the last copy. Says on standard error what
// it waits for.
void AwaitSuccession(const FormerSelf& self, const std::string& ip, const Settings& settings);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_SUCCESSION_H_
