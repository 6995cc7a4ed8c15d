// What one redis-server of a foreign cluster says: the questions of observe/, over the network, of
// a server that may allow less than one of ours.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_ASK_NODE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_ASK_NODE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/model/node_view.h"
#include "common/redis/redis_connection.h"

namespace redisop {

struct AskOptions {
  absl::Duration timeout;   // for connecting and for each answer
  bool slot_loads = false;  // also how much each slot of a primary holds
};

struct NodeAnswer {
  // OK: `view` is complete. Else why there is none; kFailedPrecondition of a server that loads its
  // data, whose `view.self` then holds what INFO says, without an id.
  absl::Status status;
  NodeView view;
  // What it refused beyond that, one line each: functions, slot loads.
  std::vector<std::string> gaps;
};

NodeAnswer AskNode(RedisConnector& connector, const RedisAddress& address,
                   const AskOptions& options);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_ASK_NODE_H_
