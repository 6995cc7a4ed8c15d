#include "services/agent/snapshot/ask_node.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/observe/function_list.h"
#include "services/agent/observe/questions.h"
#include "services/agent/snapshot/slot_loads.h"

namespace redisop {
namespace {

// A node that met nobody doesn't know its own host: ":6379@16379".
void CompleteAddress(const RedisAddress& asked, Node& self) {
  if (self.address.empty() || self.address.front() == ':') {
    self.address = self.address.empty() ? ToString(asked) : asked.host + self.address;
  }
}

void AskFurther(RedisConnection& redis, const AskOptions& options, NodeAnswer& answer) {
  const auto functions = ReadFunctions(redis, options.timeout);
  if (functions.ok()) {
    answer.view.functions_digest = DigestFunctions(*functions);
  } else {
    answer.gaps.push_back(
        fmt::format("its functions are not known: {}", MessageOf(functions.status())));
  }
  Node& self = answer.view.self;
  if (!options.slot_loads || self.slots.empty()) {
    return;
  }
  auto loads = ReadSlotLoads(redis, self.slots, options.timeout);
  if (loads.ok()) {
    self.slot_loads = *std::move(loads);
  } else {
    answer.gaps.push_back(
        fmt::format("what its slots hold is not known: {}", MessageOf(loads.status())));
  }
}

absl::Status Ask(RedisConnector& connector, const RedisAddress& address, const AskOptions& options,
                 NodeAnswer& answer) {
  ASSIGN_OR_RETURN(const auto redis, connector.Connect(address, options.timeout));
  ASSIGN_OR_RETURN(const std::vector<Reply> replies,
                   redis->Pipeline(Questions(Depth::kShort), options.timeout));
  Answers answers;
  const absl::Status understood = TakeReplies(replies, answers);
  answer.view = std::move(answers.view);
  if (!understood.ok()) {
    return Annotate(understood, ToString(address));
  }
  CompleteAddress(address, answer.view.self);
  AskFurther(*redis, options, answer);
  return absl::OkStatus();
}

}  // namespace

NodeAnswer AskNode(RedisConnector& connector, const RedisAddress& address,
                   const AskOptions& options) {
  NodeAnswer answer;
  answer.status = Ask(connector, address, options, answer);
  return answer;
}

}  // namespace redisop
