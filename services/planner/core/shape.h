// The shards of a snapshot: who serves which, who copies whom, who is to join, who is lost.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SHAPE_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SHAPE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/planner/core/name_table.h"
#include "services/planner/core/working_snapshot.h"

namespace redisop {

// Nodes of the snapshot asked, which stay where they are as long as it lives; one that a step has
// removed meanwhile is an empty primary that is leaving.
using NodeList = std::vector<const Node*>;

struct Shard {
  // The label of its pods; without labels the first eight digits of its primary's id.
  std::string name;
  // Owns its slots, or is to own them. May have failed. There always is one.
  const Node* primary = nullptr;
  // Nodes that copy the primary, also indirectly; not those that are lost. Ascending by id,
  // as are those below.
  NodeList replicas;
  // Nodes of the shard's pods that are not its replicas yet: empty ones, and such as copy another
  // shard that has enough without them.
  NodeList joining;
  // Failed nodes without a pod that copied the primary.
  NodeList lost_replicas;
};

struct ShapeParts {
  std::vector<Shard> shards;
  NodeList spares;
  NodeList lost;
};

// Does not change; copies share what it is made of, so that a checker can hold on to one while its
// steps change the cluster.
class Shape {
 public:
  explicit Shape(ShapeParts parts);

  const Shard* Find(std::string_view name) const;
  // The shard a node belongs to; nullptr for spares, lost nodes and nullptr.
  const Shard* ShardOf(const Node* node) const;

 private:
  struct Shared {
    ShapeParts parts;
    NameViewMap<const Shard*> by_name;  // keys are names of `parts`
    absl::flat_hash_map<const Node*, const Shard*> shard_of;
  };
  std::shared_ptr<const Shared> shared_;

 public:
  // In the order of their names: numbers by value, then words.
  const std::vector<Shard>& shards;
  // Empty nodes that belong to no shard: primaries, then replicas of nobody, each ascending by id.
  const NodeList& spares;
  // Lost nodes without slots that nobody copies: primaries, then replicas, each ascending by id
  // within their label.
  const NodeList& lost;
};

// Failed, and no pod stands behind it: only its id is left.
bool IsLost(const Node& node);

// What a shard is called after its primary when no pod carries a label: the first eight digits.
std::string_view ShardNameOf(std::string_view primary_id);

// "2" before "10" before "a".
bool ShardNameLess(std::string_view a, std::string_view b);

Shape ShapeOf(const WorkingSnapshot& snapshot);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SHAPE_H_
