#include "services/k8s-bridge/controller/role_labels.h"

#include <algorithm>

#include "nlohmann/json.hpp"
#include "services/k8s-bridge/desired/object_metadata.h"

namespace redisop {
namespace {

constexpr absl::Duration kWriteTimeout = absl::Seconds(10);

}  // namespace

void LabelRoles(Pass& pass) {
  if (pass.ReadOnly() || !pass.observed || !pass.memory.formed) {
    return;
  }
  for (const MemberPodState& pod : pass.pods) {
    const auto node = std::find_if(pass.snapshot.nodes.begin(), pass.snapshot.nodes.end(),
                                   [&](const Node& n) { return n.pod_uid == pod.uid; });
    if (node == pass.snapshot.nodes.end() || node->unobserved || pod.leaving) {
      continue;
    }
    const std::string role(ToString(node->role));
    std::string& written = pass.memory.roles[pod.uid];
    if (pod.role_label == role || written == role) {
      written = pod.role_label == role ? "" : written;
      continue;
    }
    const nlohmann::json patch = {
        {"metadata", {{"uid", pod.uid}, {"labels", {{std::string(kRoleLabel), role}}}}}};
    const absl::Status status =
        pass.context.kube
            .Patch(Named(kPods, pass.cluster->meta.namespace_name, pod.name), patch.dump(),
                   {.type = PatchType::kMerge, .field_manager = "redis-operator"}, kWriteTimeout)
            .status();
    if (status.ok()) {
      written = role;
    } else if (status.code() != absl::StatusCode::kNotFound &&
               status.code() != absl::StatusCode::kAborted) {
      pass.Problem("Labelling a pod with its role", status);
    }
  }
}

}  // namespace redisop
