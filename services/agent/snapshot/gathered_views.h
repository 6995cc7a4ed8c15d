// What a survey has heard so far, and whom to ask next. Pure: asks nobody itself.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_GATHERED_VIEWS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_GATHERED_VIEWS_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/model/node_view.h"
#include "services/agent/snapshot/ask_node.h"
#include "services/agent/snapshot/survey.h"

namespace redisop {

// Somebody to ask.
struct Target {
  RedisAddress address;
  NodeId expected_id;  // empty: a seed, of which nothing is known yet
};

class GatheredViews {
 public:
  // One target's answer. An answer of another node than expected is not used: addresses are
  // recycled, and behind some a foreign cluster speaks.
  void Take(const Target& target, NodeAnswer answer);

  // The addresses that views name for nodes which have not answered, and which were not asked
  // there yet; in the order of ids.
  std::vector<Target> Next();

  // kUnavailable: nobody answered. kFailedPrecondition: two parts know nothing of each other, and
  // neither is a single node without slots.
  absl::Status CheckOneCluster() const;

  // The merged views. Requires: CheckOneCluster is OK.
  Survey Finish() const;

 private:
  struct Heard {
    NodeView view;
    std::string address;  // where it was asked
  };
  struct Failure {
    std::string reason;
    Node partial;  // what INFO said of a node that loads
  };

  void Fail(const Target& target, Failure failure);

  std::map<NodeId, Heard> heard_;
  std::map<NodeId, std::vector<Failure>> silent_;
  std::map<std::string, Failure> silent_seeds_;  // by address; no longer those that views name
  std::set<std::pair<NodeId, std::string>> asked_;
  std::vector<std::string> gaps_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_SNAPSHOT_GATHERED_VIEWS_H_
