#include "services/k8s-bridge/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "common/base/status.h"
#include "common/obs/build_info.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace redisop {
namespace {

std::string EnvironmentName(std::string flag) {
  std::transform(flag.begin(), flag.end(), flag.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return "REDIS_OPERATOR_" + flag;
}

template <typename T>
CLI::Option* Add(CLI::App& app, const std::string& flag, T& value, const std::string& help) {
  return app.add_option("--" + flag, value, help)
      ->envname(EnvironmentName(flag))
      ->capture_default_str();
}

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string HostName() {
  char name[256] = {};
  return gethostname(name, sizeof(name) - 1) == 0 ? name : "bridge";
}

}  // namespace

std::optional<int> ParseOptions(int argc, char** argv, BridgeOptions& options) {
  options.lease_namespace = FromEnvironment("POD_NAMESPACE");
  options.pod_uid = FromEnvironment("POD_UID");
  options.identity = FromEnvironment("POD_NAME").empty() ? HostName() : FromEnvironment("POD_NAME");
  CLI::App app("Looks after the RedisClusters of a Kubernetes cluster");
  app.set_version_flag("--version", VersionLine("redis-operator-bridge"));
  Add(app, "planner", options.planner, "Target of the planner");
  Add(app, "agent-image", options.agent_image, "Image of the agent, put into each pod");
  Add(app, "listen", options.listen, "Address of BridgeService");
  Add(app, "http-listen", options.http_listen, "Address of /metrics, /healthz and /readyz");
  Add(app, "lease-namespace", options.lease_namespace, "Namespace of the leader's lease");
  Add(app, "lease-name", options.lease_name, "Name of the leader's lease");
  Add(app, "identity", options.identity, "Name of this process in the lease and in events");
  Add(app, "watch-namespace", options.watch_namespaces, "Only this namespace; may be repeated")
      ->delimiter(',');
  Add(app, "kubeconfig", options.kubeconfig, "File that says where the API server is");
  Add(app, "agent-port", options.agent_port, "Port on which agents listen");
  Add(app, "workers", options.workers, "Clusters that are worked on at the same time");
  Add(app, "log-level", options.log_level, "debug, info, warn, error or off");
  Add(app, "log-format", options.log_format, "json or text");
  Add(app, "tls-certificate", options.security.certificate_file, "Own certificate chain, PEM file");
  Add(app, "tls-key", options.security.key_file, "Its private key, PEM file");
  Add(app, "tls-ca", options.security.ca_file, "Authorities of the other side, PEM file");
  app.add_flag("--plaintext", options.security.plaintext, "No TLS between the services")
      ->envname(EnvironmentName("plaintext"));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return std::nullopt;
}

absl::Status Validate(const BridgeOptions& options) {
  std::vector<std::string> mistakes;
  auto need = [&](bool good, std::string_view mistake) {
    if (!good) {
      mistakes.emplace_back(mistake);
    }
  };
  need(!options.planner.empty(), "--planner is required");
  need(!options.agent_image.empty(), "--agent-image is required");
  need(!options.lease_namespace.empty(), "--lease-namespace is required outside a pod");
  need(options.agent_port > 0 && options.agent_port < 65536, "--agent-port must be 1 to 65535");
  need(options.workers > 0 && options.workers <= 64, "--workers must be 1 to 64");
  need(ParseLogLevel(options.log_level).ok(), "--log-level is unknown");
  need(ParseLogFormat(options.log_format).ok(), "--log-format is unknown");
  if (absl::Status security = Validate(options.security); !security.ok()) {
    mistakes.push_back(MessageOf(security));
  }
  if (!mistakes.empty()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("{}", fmt::join(mistakes, "; ")));
  }
  return absl::OkStatus();
}

}  // namespace redisop
