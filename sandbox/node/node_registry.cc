#include "sandbox/node/node_registry.h"

#include <algorithm>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "sandbox/node/container_run.h"

namespace redisop {
namespace {

using nlohmann::json;

constexpr absl::Duration kTimeout = absl::Seconds(5);
constexpr absl::Duration kRenewPeriod = absl::Seconds(4);
constexpr absl::Duration kReportPeriod = absl::Minutes(5);
constexpr int kLeaseSeconds = 40;
constexpr char kLeaseNamespace[] = "kube-node-lease";

json Conditions(absl::Time now) {
  json conditions = json::array();
  const auto add = [&](const char* type, bool value, const char* reason) {
    conditions.push_back({{"type", type},
                          {"status", value ? "True" : "False"},
                          {"reason", reason},
                          {"message", "a process node of the sandbox"},
                          {"lastHeartbeatTime", KubeTime(now)},
                          {"lastTransitionTime", KubeTime(now)}});
  };
  add("MemoryPressure", false, "KubeletHasSufficientMemory");
  add("DiskPressure", false, "KubeletHasNoDiskPressure");
  add("PIDPressure", false, "KubeletHasSufficientPID");
  add("Ready", true, "KubeletReady");
  return conditions;
}

// Plenty, since no limit is enforced: what a chart asks for always finds room.
json NodeStatus(const std::string& name, int log_port, absl::Time now) {
  const json capacity = {
      {"cpu", "32"}, {"memory", "128Gi"}, {"pods", "250"}, {"ephemeral-storage", "1Ti"}};
  return {{"capacity", capacity},
          {"allocatable", capacity},
          {"addresses",
           {{{"type", "InternalIP"}, {"address", "127.0.0.1"}},
            {{"type", "Hostname"}, {"address", name}}}},
          {"daemonEndpoints", {{"kubeletEndpoint", {{"Port", log_port}}}}},
          {"nodeInfo",
           {{"kubeletVersion", "v1.33.0-sandbox"},
            {"containerRuntimeVersion", "sandbox://1"},
            {"operatingSystem", "linux"},
            {"architecture", "amd64"},
            {"osImage", "process node"},
            {"kernelVersion", ""},
            {"machineID", ""},
            {"systemUUID", ""},
            {"bootID", ""},
            {"kubeProxyVersion", ""}}},
          {"conditions", Conditions(now)}};
}

}  // namespace

absl::Status NodeRegistry::Add(const std::string& name, const std::string& zone) {
  if (Has(name)) return MakeStatus(absl::StatusCode::kAlreadyExists, "there is a node " + name);
  const json node = {{"apiVersion", "v1"},
                     {"kind", "Node"},
                     {"metadata",
                      {{"name", name},
                       {"labels",
                        {{"kubernetes.io/hostname", name},
                         {"kubernetes.io/os", "linux"},
                         {"kubernetes.io/arch", "amd64"},
                         {"topology.kubernetes.io/region", "sandbox"},
                         {"topology.kubernetes.io/zone", zone}}}}},
                     {"spec", json::object()},
                     {"status", NodeStatus(name, log_port_, clock_.Now())}};
  const absl::Status created = api_.Create(Collection(kNodes), node.dump(), kTimeout).status();
  if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
  absl::MutexLock lock(&mutex_);
  nodes_[name] = {.name = name, .zone = zone, .is_frozen = false};
  return absl::OkStatus();
}

absl::Status NodeRegistry::Remove(const std::string& name) {
  {
    absl::MutexLock lock(&mutex_);
    if (nodes_.erase(name) == 0)
      return MakeStatus(absl::StatusCode::kNotFound, "there is no node " + name);
  }
  const absl::Status lease = api_.Delete(Named(kLeases, kLeaseNamespace, name), {}, kTimeout);
  const absl::Status node = api_.Delete(Named(kNodes, "", name), {}, kTimeout);
  if (!node.ok() && !absl::IsNotFound(node)) return node;
  return lease.ok() || absl::IsNotFound(lease) ? absl::OkStatus() : lease;
}

absl::Status NodeRegistry::SetFrozen(const std::string& name, bool frozen) {
  absl::MutexLock lock(&mutex_);
  const auto found = nodes_.find(name);
  if (found == nodes_.end())
    return MakeStatus(absl::StatusCode::kNotFound, "there is no node " + name);
  found->second.is_frozen = frozen;
  return absl::OkStatus();
}

bool NodeRegistry::Has(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  return nodes_.contains(name);
}

bool NodeRegistry::IsFrozen(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = nodes_.find(name);
  return found != nodes_.end() && found->second.is_frozen;
}

std::vector<NodeInfo> NodeRegistry::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<NodeInfo> nodes;
  for (const auto& [name, node] : nodes_) nodes.push_back(node);
  return nodes;
}

absl::Duration NodeRegistry::Step() {
  bool all_done = true;
  for (const NodeInfo& node : List()) {
    if (node.is_frozen) continue;
    // A node removed meanwhile fails here and is gone in the next round.
    const absl::Status renewed = Renew(node.name);
    all_done = all_done && renewed.ok() && Report(node.name).ok();
  }
  return all_done ? kRenewPeriod : absl::Milliseconds(200);
}

absl::Status NodeRegistry::Renew(const std::string& name) {
  const std::string now =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", clock_.Now(), absl::UTCTimeZone());
  json lease = {{"spec", {{"renewTime", now}}}};
  const absl::Status patched =
      api_.Patch(Named(kLeases, kLeaseNamespace, name), lease.dump(), {}, kTimeout).status();
  if (!absl::IsNotFound(patched)) return patched;
  lease["apiVersion"] = "coordination.k8s.io/v1";
  lease["kind"] = "Lease";
  lease["metadata"] = {{"name", name}, {"namespace", kLeaseNamespace}};
  lease["spec"]["holderIdentity"] = name;
  lease["spec"]["leaseDurationSeconds"] = kLeaseSeconds;
  return api_.Create(Collection(kLeases, kLeaseNamespace), lease.dump(), kTimeout).status();
}

absl::Status NodeRegistry::Report(const std::string& name) {
  ASSIGN_OR_RETURN(const KubeObject object, api_.Get(Named(kNodes, "", name), kTimeout));
  const json conditions =
      json::parse(object.json).value("status", json::object()).value("conditions", json::array());
  const bool is_ready = std::any_of(conditions.begin(), conditions.end(), [](const json& c) {
    return c.value("type", "") == "Ready" && c.value("status", "") == "True";
  });
  absl::Duration& reported = reported_.try_emplace(name, clock_.Monotonic()).first->second;
  if (is_ready && clock_.Monotonic() - reported < kReportPeriod) return absl::OkStatus();
  const json patch = {{"status", NodeStatus(name, log_port_, clock_.Now())}};
  RETURN_IF_ERROR(api_.Patch(Named(kNodes, "", name, "status"), patch.dump(),
                             {.type = PatchType::kStrategic, .field_manager = "kubelet"}, kTimeout)
                      .status());
  reported = clock_.Monotonic();
  return absl::OkStatus();
}

}  // namespace redisop
