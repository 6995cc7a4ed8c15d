#include "sandbox/node/hosts_keeper.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "sandbox/cluster/state_directory.h"
#include "sandbox/node/hosts_file.h"

namespace redisop {
namespace {

using nlohmann::json;

HostsPod PodOf(const KubeObject& object) {
  const json pod = json::parse(object.json);
  const json status = pod.value("status", json::object());
  HostsPod result{.namespace_name = object.meta.namespace_name,
                  .labels = object.meta.labels,
                  .address = status.value("podIP", ""),
                  .hostname = pod["spec"].value("hostname", ""),
                  .subdomain = pod["spec"].value("subdomain", ""),
                  .is_ready = false};
  const std::string phase = status.value("phase", "");
  if (phase == "Succeeded" || phase == "Failed") result.address.clear();
  for (const json& condition : status.value("conditions", json::array())) {
    if (condition.value("type", "") == "Ready") {
      result.is_ready = condition.value("status", "") == "True" && !object.meta.deletion_time;
    }
  }
  return result;
}

HostsService ServiceOf(const KubeObject& object) {
  const json spec = json::parse(object.json).value("spec", json::object());
  return {.namespace_name = object.meta.namespace_name,
          .name = object.meta.name,
          .selector = spec.value("selector", std::map<std::string, std::string>()),
          .is_headless = spec.value("clusterIP", "") == "None",
          .publishes_not_ready = spec.value("publishNotReadyAddresses", false)};
}

}  // namespace

HostsKeeper::HostsKeeper(const ObjectStore& pods, const ObjectStore& services,
                         std::string directory)
    : pods_(pods), services_(services), directory_(std::move(directory)) {}

absl::Duration HostsKeeper::Step() {
  std::vector<HostsPod> pods;
  std::vector<HostsService> services;
  std::set<std::string> namespaces;
  for (const KubeObjectPtr& pod : pods_.List()) {
    pods.push_back(PodOf(*pod));
    namespaces.insert(pod->meta.namespace_name);
  }
  for (const KubeObjectPtr& service : services_.List()) services.push_back(ServiceOf(*service));
  absl::Duration again = absl::InfiniteDuration();
  for (const std::string& name : namespaces) {
    std::string text = MakeHostsFile(name, services, pods);
    if (written_[name] == text) continue;
    std::error_code error;
    std::filesystem::create_directories(fmt::format("{}/{}", directory_, name), error);
    if (WriteFileAtomically(fmt::format("{}/{}/hosts", directory_, name), text).ok()) {
      written_[name] = std::move(text);
    } else {
      again = absl::Seconds(1);
    }
  }
  return again;
}

}  // namespace redisop
