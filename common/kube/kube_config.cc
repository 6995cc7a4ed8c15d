#include "common/kube/kube_config.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

constexpr char kServiceAccount[] = "/var/run/secrets/kubernetes.io/serviceaccount";

absl::Status Invalid(std::string_view message) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    return MakeStatus(absl::StatusCode::kFailedPrecondition, "cannot read " + path);
  }
  return text.str();
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// A named entry and the file it came from: relative paths in it are relative to that file.
struct Entry {
  YAML::Node node;
  std::string file;
};

struct MergedConfig {
  std::string current_context;
  std::map<std::string, Entry> clusters;
  std::map<std::string, Entry> users;
  std::map<std::string, Entry> contexts;
};

std::string TextAt(const YAML::Node& node, const char* key) {
  const YAML::Node value = node[key];
  return value && value.IsScalar() ? value.as<std::string>() : std::string();
}

void MergeList(const YAML::Node& root, const char* list, const char* member,
               const std::string& file, std::map<std::string, Entry>& into) {
  const YAML::Node entries = root[list];
  if (!entries || !entries.IsSequence()) {
    return;
  }
  for (const YAML::Node& entry : entries) {
    if (entry.IsMap() && entry[member] && entry[member].IsMap()) {
      into.try_emplace(TextAt(entry, "name"), Entry{entry[member], file});
    }
  }
}

absl::Status MergeFile(const std::string& file, MergedConfig& merged) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(file));
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap()) {
      return Invalid(file + ": not a kubeconfig");
    }
    if (merged.current_context.empty()) {
      merged.current_context = TextAt(root, "current-context");
    }
    MergeList(root, "clusters", "cluster", file, merged.clusters);
    MergeList(root, "users", "user", file, merged.users);
    MergeList(root, "contexts", "context", file, merged.contexts);
  } catch (const YAML::Exception& error) {
    return Invalid(fmt::format("{}: {}", file, error.what()));
  }
  return absl::OkStatus();
}

std::string PathAt(const Entry& entry, const char* key) {
  const std::string path = TextAt(entry.node, key);
  if (path.empty() || path.front() == '/') {
    return path;
  }
  return (std::filesystem::path(entry.file).parent_path() / path).string();
}

// The text of `<key>-data` (base64), else of the file `<key>` names, else empty.
absl::StatusOr<std::string> PemAt(const Entry& entry, const std::string& key) {
  const std::string data = TextAt(entry.node, (key + "-data").c_str());
  if (!data.empty()) {
    std::string text;
    if (!absl::Base64Unescape(data, &text)) {
      return Invalid(fmt::format("{}: {}-data is not base64", entry.file, key));
    }
    return text;
  }
  const std::string path = PathAt(entry, key.c_str());
  return path.empty() ? absl::StatusOr<std::string>(std::string()) : ReadFile(path);
}

absl::Status ReadCluster(const Entry& cluster, KubeConfig& config) {
  config.server = TextAt(cluster.node, "server");
  while (!config.server.empty() && config.server.back() == '/') {
    config.server.pop_back();
  }
  if (config.server.rfind("https://", 0) != 0 && config.server.rfind("http://", 0) != 0) {
    return Invalid(
        fmt::format("{}: server \"{}\" is not an http(s) URL", cluster.file, config.server));
  }
  ASSIGN_OR_RETURN(config.ca_pem, PemAt(cluster, "certificate-authority"));
  if (TextAt(cluster.node, "certificate-authority-data").empty()) {
    config.ca_file = PathAt(cluster, "certificate-authority");
  }
  config.tls_server_name = TextAt(cluster.node, "tls-server-name");
  config.insecure_skip_tls_verify = TextAt(cluster.node, "insecure-skip-tls-verify") == "true";
  config.proxy_url = TextAt(cluster.node, "proxy-url");
  return absl::OkStatus();
}

absl::Status ReadUser(const Entry& user, KubeConfig& config) {
  for (const char* unsupported : {"exec", "auth-provider"}) {
    if (user.node[unsupported]) {
      return Invalid(
          fmt::format("{}: users with \"{}\" are not supported; use a token, tokenFile "
                      "or client certificate",
                      user.file, unsupported));
    }
  }
  ASSIGN_OR_RETURN(config.client_certificate_pem, PemAt(user, "client-certificate"));
  ASSIGN_OR_RETURN(config.client_key_pem, PemAt(user, "client-key"));
  if (config.client_certificate_pem.empty() != config.client_key_pem.empty()) {
    return Invalid(user.file + ": client-certificate and client-key go together");
  }
  config.token = TextAt(user.node, "token");
  config.token_file = PathAt(user, "tokenFile");
  config.username = TextAt(user.node, "username");
  config.password = TextAt(user.node, "password");
  return absl::OkStatus();
}

absl::StatusOr<Entry> Find(const std::map<std::string, Entry>& entries, const std::string& name,
                           std::string_view what) {
  const auto found = entries.find(name);
  if (found == entries.end()) {
    return MakeStatus(absl::StatusCode::kNotFound,
                      fmt::format("the kubeconfig has no {} \"{}\"", what, name));
  }
  return found->second;
}

}  // namespace

absl::StatusOr<KubeConfig> InClusterConfig() {
  const std::string host = Environment("KUBERNETES_SERVICE_HOST");
  const std::string port = Environment("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return MakeStatus(absl::StatusCode::kNotFound,
                      "not in a pod: KUBERNETES_SERVICE_HOST is not set");
  }
  const std::string folder = kServiceAccount;
  KubeConfig config;
  const bool ipv6 = host.find(':') != std::string::npos;
  config.server = fmt::format(fmt::runtime(ipv6 ? "https://[{}]:{}" : "https://{}:{}"), host, port);
  config.ca_file = folder + "/ca.crt";
  config.token_file = folder + "/token";
  RETURN_IF_ERROR(ReadFile(config.token_file).status());
  RETURN_IF_ERROR(ReadFile(config.ca_file).status());
  config.namespace_name = ReadFile(folder + "/namespace").value_or("default");
  return config;
}

absl::StatusOr<KubeConfig> LoadKubeConfig(std::string_view paths, std::string_view context) {
  const std::string all(paths);
  const std::vector<std::string> files = absl::StrSplit(all, ':', absl::SkipEmpty());
  MergedConfig merged;
  bool any = false;
  for (const std::string& file : files) {
    if (!std::filesystem::exists(file)) {
      continue;
    }
    any = true;
    RETURN_IF_ERROR(MergeFile(file, merged));
  }
  if (!any) {
    return MakeStatus(absl::StatusCode::kNotFound, fmt::format("no kubeconfig at {}", paths));
  }
  const std::string name = context.empty() ? merged.current_context : std::string(context);
  ASSIGN_OR_RETURN(Entry chosen, Find(merged.contexts, name, "context"));
  ASSIGN_OR_RETURN(Entry cluster, Find(merged.clusters, TextAt(chosen.node, "cluster"), "cluster"));
  KubeConfig config;
  RETURN_IF_ERROR(ReadCluster(cluster, config));
  if (const std::string user_name = TextAt(chosen.node, "user"); !user_name.empty()) {
    ASSIGN_OR_RETURN(Entry user, Find(merged.users, user_name, "user"));
    RETURN_IF_ERROR(ReadUser(user, config));
  }
  config.namespace_name = TextAt(chosen.node, "namespace");
  if (config.namespace_name.empty()) {
    config.namespace_name = "default";
  }
  return config;
}

absl::StatusOr<KubeConfig> DefaultKubeConfig(std::string_view explicit_path) {
  if (!explicit_path.empty()) {
    return LoadKubeConfig(explicit_path);
  }
  if (const std::string paths = Environment("KUBECONFIG"); !paths.empty()) {
    return LoadKubeConfig(paths);
  }
  absl::StatusOr<KubeConfig> in_cluster = InClusterConfig();
  if (!absl::IsNotFound(in_cluster.status())) {
    return in_cluster;
  }
  return LoadKubeConfig(Environment("HOME") + "/.kube/config");
}

}  // namespace redisop
