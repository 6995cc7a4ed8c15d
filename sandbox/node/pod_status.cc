#include "sandbox/node/pod_status.h"

#include <algorithm>

namespace redisop {
namespace {

using nlohmann::json;

bool GatesPass(const json& pod) {
  const json conditions = pod.value("status", json::object()).value("conditions", json::array());
  const json gates = pod["spec"].value("readinessGates", json::array());
  return std::all_of(gates.begin(), gates.end(), [&](const json& gate) {
    return std::any_of(conditions.begin(), conditions.end(), [&](const json& condition) {
      return condition.value("type", "") == gate.value("conditionType", "") &&
             condition.value("status", "") == "True";
    });
  });
}

std::string Phase(const ContainerRuns& runs, bool is_initialized) {
  bool all_done = true, all_succeeded = true, any_started = false;
  for (const auto& run : runs) {
    if (run->role() == ContainerRole::kInit && run->is_done() && !run->succeeded()) return "Failed";
    if (run->role() != ContainerRole::kMain) continue;
    all_done = all_done && run->is_done();
    all_succeeded = all_succeeded && run->succeeded();
    any_started = any_started || run->has_started_once();
  }
  if (!is_initialized || !any_started) return "Pending";
  if (!all_done) return "Running";
  return all_succeeded ? "Succeeded" : "Failed";
}

}  // namespace

json PodStatus::Make(const json& pod, const ContainerRuns& runs, const std::string& address,
                     absl::Time now) {
  bool is_initialized = true, is_ready = true;
  json status = {{"hostIP", "127.0.0.1"},
                 {"hostIPs", {{{"ip", "127.0.0.1"}}}},
                 {"podIP", address},
                 {"podIPs", {{{"ip", address}}}},
                 {"startTime", KubeTime(start_)},
                 {"containerStatuses", json::array()}};
  for (const auto& run : runs) {
    const bool is_main = run->role() == ContainerRole::kMain;
    status[is_main ? "containerStatuses" : "initContainerStatuses"].push_back(run->Status());
    if (run->role() == ContainerRole::kInit) {
      is_initialized = is_initialized && run->succeeded();
    } else {
      is_ready = is_ready && run->is_ready();
      if (!is_main) is_initialized = is_initialized && run->is_started();
    }
  }
  is_ready = is_ready && is_initialized;
  const std::string phase = Phase(runs, is_initialized);
  status["phase"] = phase;
  const std::string why = phase == "Succeeded" ? "PodCompleted" : "ContainersNotReady";
  status["conditions"] = {Condition("Initialized", is_initialized, "ContainersNotInitialized", now),
                          Condition("ContainersReady", is_ready, why, now),
                          Condition("Ready", is_ready && GatesPass(pod),
                                    is_ready ? "ReadinessGatesNotReady" : why, now)};
  return status;
}

json PodStatus::Condition(const std::string& type, bool is_true, const std::string& reason,
                          absl::Time now) {
  const auto [found, is_new] = last_.try_emplace(type, is_true, now);
  if (found->second.first != is_true) found->second = {is_true, now};
  json condition = {{"type", type},
                    {"status", is_true ? "True" : "False"},
                    {"lastTransitionTime", KubeTime(found->second.second)},
                    {"lastProbeTime", nullptr},
                    {"reason", nullptr}};
  if (!is_true) condition["reason"] = reason;
  return condition;
}

}  // namespace redisop
