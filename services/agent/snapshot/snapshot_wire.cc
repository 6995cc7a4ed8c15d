#include "services/agent/snapshot/snapshot_wire.h"

#include <google/protobuf/util/json_util.h>

#include "common/base/status.h"
#include "common/wire/topology_wire.h"
#include "redisoperator/planner/v1/planner_service.pb.h"

namespace redisop {

absl::StatusOr<std::string> RequestJson(const ClusterSnapshot& snapshot) {
  redisoperator::planner::v1::ComputePlanRequest request;
  *request.mutable_snapshot() = ToProto(snapshot);
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(request, &text, options);
  if (!status.ok()) {
    // Something a server sent is no UTF-8.
    return MakeStatus(absl::StatusCode::kInternal, "the snapshot cannot be written as JSON");
  }
  return text;
}

}  // namespace redisop
