#include "sandbox/node/hosts_file.h"

#include <algorithm>

#include "fmt/format.h"

namespace redisop {
namespace {

bool Selects(const HostsService& service, const HostsPod& pod) {
  return !service.selector.empty() && service.namespace_name == pod.namespace_name &&
         std::all_of(service.selector.begin(), service.selector.end(), [&](const auto& wanted) {
           const auto found = pod.labels.find(wanted.first);
           return found != pod.labels.end() && found->second == wanted.second;
         });
}

// `base`: "<service>" or "<hostname>.<service>".
std::string Line(std::string_view viewer, const HostsPod& pod, const std::string& base) {
  const std::string& ns = pod.namespace_name;
  std::string line = fmt::format("{} {base}.{ns}.svc.cluster.local {base}.{ns}.svc {base}.{ns}",
                                 pod.address, fmt::arg("base", base), fmt::arg("ns", ns));
  if (viewer == ns) line += " " + base;
  return line + "\n";
}

}  // namespace

std::string MakeHostsFile(std::string_view namespace_name,
                          const std::vector<HostsService>& services,
                          const std::vector<HostsPod>& pods) {
  std::string text =
      "127.0.0.1 localhost\n"
      "127.0.0.1 kubernetes.default.svc.cluster.local kubernetes.default.svc kubernetes.default "
      "kubernetes\n";
  for (const HostsService& service : services) {
    for (const HostsPod& pod : pods) {
      if (pod.address.empty() || !Selects(service, pod)) continue;
      if (!pod.is_ready && !service.publishes_not_ready) continue;
      text += Line(namespace_name, pod, service.name);
      if (service.is_headless && !pod.hostname.empty() && pod.subdomain == service.name) {
        text += Line(namespace_name, pod, fmt::format("{}.{}", pod.hostname, service.name));
      }
    }
  }
  return text;
}

}  // namespace redisop
