// What a reading asks a redis-server, and what the answers mean. Whoever has a connection sends the
// questions in one burst, so that the answers belong together. Pure; any thread.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_QUESTIONS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_QUESTIONS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/model/node_view.h"
#include "common/redis/redis_connection.h"

namespace redisop {

// What a reading holds. The short one is for polling: no settings and no functions.
enum class Depth { kShort, kFull };

struct Answers {
  NodeView view;
  std::map<std::string, std::string> config;  // the managed settings; empty in a short reading
};

std::vector<RedisCommand> Questions(Depth depth);

// Reads the replies to Questions(depth), in their order. kFailedPrecondition with the server's
// words when it refuses one; `answers` then holds what the replies before it said, so of a server
// that loads its data what INFO says, without an id. kInvalidArgument: a reply makes no sense.
absl::Status TakeReplies(const std::vector<Reply>& replies, Answers& answers);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_QUESTIONS_H_
