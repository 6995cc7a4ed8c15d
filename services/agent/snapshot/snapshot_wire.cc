#include "services/agent/snapshot/snapshot_wire.h"

#include "common/wire/json.h"
#include "common/wire/topology_wire.h"
#include "redisoperator/planner/v1/planner_service.pb.h"

namespace redisop {

absl::StatusOr<std::string> RequestJson(const ClusterSnapshot& snapshot) {
  redisoperator::planner::v1::ComputePlanRequest request;
  *request.mutable_snapshot() = ToProto(snapshot);
  return WriteJson(request);
}

}  // namespace redisop
