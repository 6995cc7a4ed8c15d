// Who the redis-server of an instance directory is: what the launcher wrote into instance.json.
//
// Value type. The directory holds redis.sock, instance.lock, instance.json (all of the launcher)
// and the agent's own memory (instance_memory.h).

#ifndef REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_INSTANCE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_INSTANCE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/redis/redis_address.h"

namespace redisop {

struct Instance {
  std::string directory;  // absolute, without a slash at the end
  std::string pod;
  std::string pod_uid;
  std::string cluster_uid;
  std::string shard;
  int member = 0;
  std::string address;  // announced: "10.0.0.1:6379@16379"
  absl::Duration node_timeout = absl::Seconds(5);
  std::string data_directory;
  friend bool operator==(const Instance&, const Instance&) = default;

  std::string File(std::string_view name) const { return directory + "/" + std::string(name); }
  // The unix socket of its redis-server.
  RedisAddress Socket() const { return UnixAddress(File("redis.sock")); }
};

// Reads the text of instance.json. kInvalidArgument names the field that is missing or wrong.
absl::StatusOr<Instance> ParseInstance(std::string_view directory, std::string_view json);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_INSTANCES_INSTANCE_H_
