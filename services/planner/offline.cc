#include "services/planner/offline.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/wire/json.h"
#include "redisoperator/planner/v1/planner_service.pb.h"
#include "services/planner/rpc/planner_calls.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;

absl::Status Wrong(std::string_view what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, what);
}

template <typename Request>
absl::StatusOr<Request> ReadJson(std::string_view input) {
  Request request;
  const auto status =
      google::protobuf::util::JsonStringToMessage({input.data(), input.size()}, &request);
  if (!status.ok()) {
    return Wrong(fmt::format("the input is no {} in JSON: {}", Request::descriptor()->name(),
                             std::string(status.message().data(), status.message().size())));
  }
  return request;
}

// The first character that is no white space; 0 when there is none.
char FirstCharacter(std::string_view input) {
  const size_t first = input.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? '\0' : input[first];
}

absl::StatusOr<pb::ComputePlanRequest> ReadExplainRequest(const PlannerOptions& options,
                                                          std::string_view input) {
  pb::ComputePlanRequest request;
  if (FirstCharacter(input) == '{') {
    ASSIGN_OR_RETURN(request, ReadJson<pb::ComputePlanRequest>(input));
  } else {
    request.mutable_snapshot()->set_cluster_nodes(std::string(input));
  }
  if (!request.has_spec() && !options.primaries.has_value()) {
    return Wrong(
        "the input has no spec; give --primaries, and --replicas where it is not 1, or a spec in "
        "the request");
  }
  if (options.primaries.has_value()) {
    request.mutable_spec()->set_number_of_primaries(*options.primaries);
  }
  if (options.replicas.has_value()) {
    request.mutable_spec()->set_replication_factor(*options.replicas);
  }
  return request;
}

std::string CheckText(const pb::CheckPlanResponse& response) {
  std::string text = response.valid() ? "the plan holds\n" : "the plan does not hold any more\n";
  for (const pb::CheckPlanResponse::StepState& step : response.steps()) {
    text += fmt::format("  {:<5} {:<8} {}\n", step.step_id(),
                        pb::CheckPlanResponse::StepState::State_Name(step.state()), step.text());
  }
  return text;
}

std::string SnapshotText(const redisoperator::topology::v1::Snapshot& snapshot) {
  std::string text;
  for (const auto& node : snapshot.nodes()) {
    text += fmt::format("{} {} {} {}\n", node.id(),
                        redisoperator::topology::v1::Node::Role_Name(node.role()),
                        node.primary_id().empty() ? "-" : node.primary_id(), node.slots());
  }
  return text;
}

}  // namespace

absl::StatusOr<std::string> AnswerOffline(const PlannerOptions& options, std::string_view input) {
  if (input.size() > kOfflineInputBytesMax) {
    return Wrong(fmt::format("the input is longer than {} bytes", kOfflineInputBytesMax));
  }
  if (FirstCharacter(input) == '\0') {
    return Wrong("the input is empty; what should have written it may have failed");
  }
  if (options.command == "explain") {
    ASSIGN_OR_RETURN(const auto request, ReadExplainRequest(options, input));
    ASSIGN_OR_RETURN(const auto response, AnswerComputePlan(request));
    return options.json ? WriteJson(response) : response.text();
  }
  if (options.command == "simulate") {
    ASSIGN_OR_RETURN(const auto request, ReadJson<pb::SimulatePlanRequest>(input));
    ASSIGN_OR_RETURN(const auto response, AnswerSimulatePlan(request));
    return options.json ? WriteJson(response) : SnapshotText(response.snapshot());
  }
  ASSIGN_OR_RETURN(const auto request, ReadJson<pb::CheckPlanRequest>(input));
  ASSIGN_OR_RETURN(const auto response, AnswerCheckPlan(request));
  return options.json ? WriteJson(response) : CheckText(response);
}

}  // namespace redisop
