// One reading of one node: redisoperator.agent.v1.Observation as a value, without the steps.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_OBSERVATION_H_
#define REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_OBSERVATION_H_

#include <map>
#include <string>

#include "absl/time/time.h"
#include "common/model/node_view.h"
#include "services/agent/instances/instance.h"

namespace redisop {

struct Observation {
  Instance instance;
  bool answers = false;  // every question was answered
  std::string error;     // why not
  // As far as known. Of a node that doesn't answer, or loads: only the id it had before.
  NodeView view;
  std::string state_digest;
  std::string view_digest;
  std::map<std::string, std::string> config;  // the managed settings; empty in a short reading
  absl::Duration read_at;                     // of Clock::Monotonic()
};

// Digest over what decides about steps: id, role, primary, slots, open slots. Pure.
std::string DigestState(const Node& self);

// Digest over the whole view: everything in which a change deserves attention, nothing that always
// changes (offsets, memory, keys). Pure.
std::string DigestView(const Observation& observation);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_OBSERVE_OBSERVATION_H_
