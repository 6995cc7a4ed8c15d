// A node's identity (nodes.conf) lives and dies with its dataset.
//
// Redis has no guard of its own here. With nodes.conf and without its data a primary comes back
// empty, and its replicas copy the emptiness. With data and without nodes.conf a node takes a new
// id and claims the slots of the keys that it finds. One thread; nothing else may use the directory
// meanwhile.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_IDENTITY_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_IDENTITY_H_

#include <string>
#include <string_view>

#include "services/agent/launcher/outcome.h"
#include "services/agent/launcher/settings.h"

namespace redisop {

// Whose data a directory holds.
struct VolumeOwner {
  std::string cluster_uid;
  std::string shard;
  int member = 0;
};

// Compares the directory's marker (redis-operator.json) with `owner`; writes it when there is none.
// kExitRefused when it names somebody else: the wrong volume is mounted. kExitIoError.
Outcome ClaimVolume(const std::string& data_dir, const VolumeOwner& owner);

// Whether a start on this directory would bring a known node back without its dataset.
bool WouldReturnEmpty(const std::string& data_dir, const Settings& settings);

// Makes the directory safe to start redis-server on:
//   nodes.conf without the dataset that the server would load: nodes.conf is moved aside
//     (nodes.conf.<timestamp>-lost, the newest three are kept), so the node comes back new, empty
//     and without slots. Dataset files that the server must not or would not load are moved aside
//     too (<name>.lost, the newest one is kept);
//   a dataset without nodes.conf: kExitRefused;
//   neither or both: nothing.
// `report` gets a line for the log for everything that was moved. `timestamp` sorts as text.
Outcome GuardIdentity(const std::string& data_dir, const Settings& settings,
                      std::string_view timestamp, std::string& report);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_IDENTITY_H_
