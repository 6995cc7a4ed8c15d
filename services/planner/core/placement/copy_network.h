// The flow network of a CopyProblem: shard → zone → host → candidate or new pod → filling.
//
// What a copy passes on its way counts it: the second copy of a shard in a zone costs one pair, the
// third two more, and so on; hosts likewise.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_NETWORK_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_NETWORK_H_

#include <cstddef>
#include <map>
#include <vector>

#include "services/planner/core/placement/copy_cost.h"
#include "services/planner/core/placement/copy_placement.h"
#include "services/planner/core/placement/flow.h"

namespace redisop {

class CopyNetwork {
 public:
  // What one arc of a shard leads to; each unit on it is a copy.
  struct Use {
    enum class Kind { kCandidate, kPool, kNewPod, kLacking };
    int arc;
    size_t shard;
    Kind kind;
    int number;  // of the candidate, of the pool's node, or of the zone
  };
  // From a pool of candidates that share a place to one of them.
  struct PoolExit {
    int arc;
    int pool;
    size_t candidate;
  };

  // `problem` must outlive this.
  explicit CopyNetwork(const CopyProblem& problem);

  Flow Solve() const { return network_.Solve(source_, sink_, copies_); }
  const std::vector<Use>& uses() const { return uses_; }
  const std::vector<PoolExit>& pool_exits() const { return pool_exits_; }

 private:
  // Something that can become a copy of a shard.
  struct Source {
    Use::Kind kind;
    int number;
    Place place;
    int node;
    int capacity;
    FlowCost cost;
    bool is_copy;
  };
  // The nodes that count the copies of one shard.
  struct Counters {
    size_t shard = 0;
    int node = 0;
    std::map<int, int> zones;
    std::map<Place, int> hosts;
    std::map<int, int> alike;  // by zone: its hosts without a node of their own
    std::vector<Source> unplaced;
  };
  static constexpr int kNone = -1;

  void AddCandidates();
  void AddRooms();
  void AddShard(size_t s);
  void AddLacking(const Counters& counters);
  void AddPlaced(const Source& source, Counters& counters);
  void AddUnplaced(Counters& counters);
  void AddUse(int from, const Source& source, const FlowCost& more, const Counters& counters);
  void AddFilling();

  int AlikeNode(int zone, Counters& counters);
  int ZoneNode(int zone, Counters& counters);
  int HostNode(const Place& place, Counters& counters);
  int FillingNode(int zone);

  // Copies of a shard at the places for which `same` holds.
  struct Count {
    int fixed = 0;
    int now = 0;  // with the candidates that copy it now
  };
  template <typename Same>
  Count CountOf(size_t s, const Same& same) const;
  template <typename Same>
  void AddCounter(int from, int to, size_t s, size_t level, bool required, const Same& same);

  const CopyProblem& problem_;
  const CopyCost cost_;
  FlowNetwork network_;
  int source_ = 0;
  int sink_ = 0;
  int copies_ = 0;                            // wanted by all shards
  std::vector<std::vector<size_t>> at_home_;  // by shard: candidates
  std::vector<int> candidates_;               // their nodes
  std::map<Place, int> pools_;                // candidates that any shard may use
  std::map<int, int> rooms_;                  // by zone: where new pods pass
  int anywhere_ = 0;                          // where they pass when no host is known
  std::map<int, int> filling_;                // by zone: where all copies pass
  std::vector<Use> uses_;
  std::vector<PoolExit> pool_exits_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_PLACEMENT_COPY_NETWORK_H_
