#include "services/agent/execute/migrate/first_slots.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

constexpr absl::Duration kKnownWithin = absl::Seconds(2);
constexpr absl::Duration kFoundWithin = absl::Seconds(2);

// What isn't so in time is left as it is; the step goes on unless it has to end.
absl::Status Enough(StepContext& context, const absl::Status& waited) {
  return RefusalOf(waited) == Refusal::kTimedOut ? context.CheckGoOn() : waited;
}

bool SaysSo(RedisConnection& redis, const NodeId& target, int slot) {
  const absl::StatusOr<NodeView> view = ReadView(redis);
  if (!view.ok()) return true;  // it tells clients nothing
  const Node* node = view->self.id == target ? &view->self : FindPeer(*view, target);
  return node != nullptr && node->slots.Contains(slot);
}

}  // namespace

absl::Status AwaitKnownToAll(StepContext& context, const MoveParties& parties, int slot) {
  std::vector<NodeId> ids;
  for (const auto& [id, address] : context.request().peers) ids.push_back(id);
  std::vector<std::unique_ptr<RedisConnection>> unaware;
  for (auto& connection : context.ConnectPeers(ids)) {
    if (connection.ok()) unaware.push_back(*std::move(connection));
  }
  const absl::Status known = context.WaitUntil(
      fmt::format("all nodes to know slot {}", slot), kKnownWithin, [&]() -> absl::StatusOr<bool> {
        std::erase_if(unaware, [&](const std::unique_ptr<RedisConnection>& redis) {
          return SaysSo(*redis, parties.target_id, slot);
        });
        return unaware.empty();
      });
  return Enough(context, known);
}

absl::Status AwaitClients(StepContext& context, const MoveParties& parties, uint64_t clients) {
  return Enough(
      context,
      context.WaitUntil("clients to find the target", kFoundWithin, [&]() -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const ServerInfo info, ReadServerInfo(*parties.target));
        return info.clients >= clients;
      }));
}

}  // namespace redisop
