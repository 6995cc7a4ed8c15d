// A whole world for one test program: the sandbox with its real control plane, the operator
// installed by helm, and what a test asks of it. Everything is done through the programs and
// protocols a user has.
//
//   ASSERT_OK_AND_ASSIGN(auto world, World::Start());
//   ASSERT_OK(world->InstallCluster("mycluster", {"numberOfMaster=3"}));
//   ASSERT_OK(world->AwaitReady("mycluster", {.primaries = 3, .replicas = 1}, absl::Seconds(30)));
//
// One thread. All processes end with the object, or with the test program, however it ends.

#ifndef REDIS_OPERATOR_INTEGRATION_WORLD_WORLD_H_
#define REDIS_OPERATOR_INTEGRATION_WORLD_WORLD_H_

#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/kube/kube_api.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"
#include "integration/client/cluster_client.h"

namespace redisop::integration {

struct Member {
  std::string pod;
  std::string node_id;
  std::string role;  // "Primary", "Replica"
  std::string zone;
};

struct Shard {
  std::string name;
  std::string slots;
  std::vector<Member> members;
};

// What the resource says of a cluster.
struct ClusterState {
  std::string uid;
  int64_t generation = 0;
  int64_t observed_generation = 0;
  std::map<std::string, std::string> conditions;          // type to status
  std::map<std::string, std::string> condition_messages;  // type to "reason: message"
  std::vector<Shard> shards;
  std::string plan_digest;
  std::string plan_summary;
};

struct Shape {
  int primaries = 3;
  int replicas = 1;
};

class World {
 public:
  // Six nodes in three zones, the operator running. Errors carry the end of the output of what
  // failed.
  static absl::StatusOr<std::unique_ptr<World>> Start();
  ~World();

  // Runs a program of the world (kubectl, helm, grpcurl by name, anything else by path), with its
  // kubeconfig. Errors only when it could not be run; look at exit_code.
  absl::StatusOr<Finished> Run(const std::vector<std::string>& arguments,
                               const std::string& input = "",
                               absl::Duration timeout = absl::Minutes(1));

  // The output of a program that must end with 0.
  absl::StatusOr<std::string> Output(const std::vector<std::string>& arguments,
                                     const std::string& input = "",
                                     absl::Duration timeout = absl::Minutes(1));

  // helm install NAME charts/redis-cluster --set …
  absl::Status InstallCluster(const std::string& name, const std::vector<std::string>& values);

  // kubectl patch: spec fields as JSON, {"numberOfPrimaries": 6}.
  absl::Status PatchSpec(const std::string& name, const std::string& spec_json);

  absl::StatusOr<ClusterState> State(const std::string& name);

  // Until the condition Ready is true for the newest generation and the cluster has this shape.
  // kDeadlineExceeded says what was still missing, and the last conditions.
  absl::Status AwaitReady(const std::string& name, const Shape& shape, absl::Duration timeout);

  // Addresses of the cluster's running pods.
  absl::StatusOr<std::vector<Endpoint>> Endpoints(const std::string& name);

  // IP address of a pod.
  absl::StatusOr<std::string> PodIp(const std::string& pod);

  // Where the leading bridge serves gRPC, for grpcurl.
  absl::StatusOr<std::string> BridgeAddress();

  // What redis-cli answers at a pod.
  absl::StatusOr<std::string> RedisCli(const std::string& pod,
                                       const std::vector<std::string>& arguments);

  // redis-cli --cluster check, asked at every node: OK when each finds no fault.
  absl::Status CheckCluster(const std::string& name);

  // Processes of this world whose command line has all of these texts.
  std::vector<pid_t> Processes(const std::vector<std::string>& texts) const;

  KubeApi& api() { return *api_; }
  const std::string& kubeconfig() const { return kubeconfig_; }

  // A path for a file that goes with the world.
  std::string TemporaryFile(const std::string& name) const { return directory_.File(name); }

  // Logs of the operator's pods, for the message of a failed test.
  std::string Logs();

 private:
  World() = default;
  absl::Status StartSandbox();
  absl::Status InstallOperator();

  TempDir directory_;
  std::string kubeconfig_;
  std::unique_ptr<Process> sandbox_;
  std::unique_ptr<KubeApi> api_;
};

// Where the build put the binaries.
std::string BinaryDirectory();
// The root of the source tree.
std::string SourceDirectory();

}  // namespace redisop::integration

#endif  // REDIS_OPERATOR_INTEGRATION_WORLD_WORLD_H_
