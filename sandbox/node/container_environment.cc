#include "sandbox/node/container_environment.h"

#include <openssl/evp.h>

#include <cmath>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "sandbox/node/quantity.h"

namespace redisop {
namespace {

using nlohmann::json;

constexpr absl::Duration kReadTimeout = absl::Seconds(10);

absl::Status Unsupported(std::string_view what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("{} is not supported by the sandbox", what));
}

std::string DecodeBase64(const std::string& text) {
  std::string bytes(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  bytes.resize(size < 0 ? 0 : static_cast<size_t>(size) - padding);
  return bytes;
}

// "key" of "metadata.labels['key']", empty when the path has no such part.
std::string_view Subscript(std::string_view path) {
  const size_t begin = path.find("['");
  if (begin == std::string_view::npos || !path.ends_with("']")) return {};
  return path.substr(begin + 2, path.size() - begin - 4);
}

// All entries as the downward API writes them: key="value" lines.
std::string Lines(const json& entries) {
  std::string text;
  for (const auto& [key, value] : entries.items()) text += key + "=" + value.dump() + "\n";
  return text;
}

absl::StatusOr<std::string> ConfigKey(KubeApi& api, const ResourceType& type, const json& pod,
                                      const json& reference, bool* missing) {
  const bool optional = reference.value("optional", false);
  const std::string name = reference.value("name", "");
  const std::string key = reference.value("key", "");
  ASSIGN_OR_RETURN(const auto data,
                   ReadConfig(api, type, pod["metadata"].value("namespace", ""), name, optional));
  const auto found = data.find(key);
  if (found != data.end()) return found->second;
  *missing = true;
  if (optional) return std::string();
  return MakeStatus(absl::StatusCode::kNotFound,
                    fmt::format("{} {} has no key {}", type.kind, name, key));
}

absl::Status AddEnvFrom(KubeApi& api, const json& pod, const json& source, Variables* variables) {
  const std::string prefix = source.value("prefix", "");
  const bool is_map = source.contains("configMapRef");
  const json& reference = is_map ? source["configMapRef"] : source["secretRef"];
  ASSIGN_OR_RETURN(
      const auto data,
      ReadConfig(api, is_map ? kConfigMaps : kSecrets, pod["metadata"].value("namespace", ""),
                 reference.value("name", ""), reference.value("optional", false)));
  for (const auto& [key, value] : data) (*variables)[prefix + key] = value;
  return absl::OkStatus();
}

absl::Status AddVariable(KubeApi& api, const json& pod, const json& container,
                         const PodPlace& place, const json& entry, Variables* variables) {
  std::string& value = (*variables)[entry.value("name", "")];
  if (!entry.contains("valueFrom")) {
    value = ExpandVariables(entry.value("value", ""), *variables);
    return absl::OkStatus();
  }
  const json& from = entry["valueFrom"];
  absl::StatusOr<std::string> found = Unsupported("valueFrom " + from.dump());
  bool missing = false;
  if (from.contains("fieldRef")) {
    found = FieldValue(pod, place, from["fieldRef"].value("fieldPath", ""));
  } else if (from.contains("resourceFieldRef")) {
    found = ResourceFieldValue(pod, container, from["resourceFieldRef"]);
  } else if (from.contains("configMapKeyRef")) {
    found = ConfigKey(api, kConfigMaps, pod, from["configMapKeyRef"], &missing);
  } else if (from.contains("secretKeyRef")) {
    found = ConfigKey(api, kSecrets, pod, from["secretKeyRef"], &missing);
  }
  if (!found.ok()) return Annotate(found.status(), "env " + entry.value("name", ""));
  value = *found;
  if (missing) variables->erase(entry.value("name", ""));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> FieldValue(const json& pod, const PodPlace& place,
                                       std::string_view path) {
  const json& meta = pod["metadata"];
  const json& spec = pod["spec"];
  for (const char* map : {"labels", "annotations"}) {
    if (!path.starts_with(fmt::format("metadata.{}", map))) continue;
    const json entries = meta.value(map, json::object());
    const std::string_view key = Subscript(path);
    return key.empty() ? Lines(entries) : entries.value(std::string(key), "");
  }
  if (path == "metadata.name") return meta.value("name", "");
  if (path == "metadata.namespace") return meta.value("namespace", "");
  if (path == "metadata.uid") return meta.value("uid", "");
  if (path == "spec.nodeName") return spec.value("nodeName", "");
  if (path == "spec.serviceAccountName") return spec.value("serviceAccountName", "");
  if (path == "status.podIP" || path == "status.podIPs") return place.address;
  if (path == "status.hostIP" || path == "status.hostIPs") return std::string("127.0.0.1");
  return Unsupported(fmt::format("field {}", path));
}

absl::StatusOr<std::string> ResourceFieldValue(const json& pod, const json& container,
                                               const json& reference) {
  const std::string resource = reference.value("resource", "");
  const size_t dot = resource.find('.');
  if (dot == std::string::npos) return Unsupported("resource " + resource);
  const std::string owner = reference.value("containerName", container.value("name", ""));
  for (const json& candidate : pod["spec"]["containers"]) {
    if (candidate.value("name", "") != owner) continue;
    const json amounts =
        candidate.value("resources", json::object()).value(resource.substr(0, dot), json::object());
    const std::string amount = amounts.value(resource.substr(dot + 1), "0");
    const std::string divisor = reference.value("divisor", "1");
    const double unit = ParseQuantity(divisor).value_or(0);
    const double whole = std::ceil(ParseQuantity(amount).value_or(0) / (unit > 0 ? unit : 1));
    return fmt::format("{}", static_cast<int64_t>(whole));
  }
  return Unsupported("resourceFieldRef to container " + owner);
}

absl::StatusOr<std::map<std::string, std::string>> ReadConfig(KubeApi& api,
                                                              const ResourceType& type,
                                                              std::string_view namespace_name,
                                                              std::string_view name,
                                                              bool optional) {
  std::map<std::string, std::string> data;
  const absl::StatusOr<KubeObject> object =
      api.Get(Named(type, namespace_name, name), kReadTimeout);
  if (absl::IsNotFound(object.status()) && optional) return data;
  if (!object.ok()) return Annotate(object.status(), fmt::format("{} {}", type.kind, name));
  const json content = json::parse(object->json);
  const bool is_secret = type.plural == kSecrets.plural;
  // Named: a range-for over items() of a temporary would outlive it.
  const json text = content.value("data", json::object());
  const json binary = content.value("binaryData", json::object());
  for (const auto& [key, value] : text.items()) {
    data[key] = is_secret ? DecodeBase64(value.get<std::string>()) : value.get<std::string>();
  }
  for (const auto& [key, value] : binary.items()) {
    data[key] = DecodeBase64(value.get<std::string>());
  }
  return data;
}

absl::StatusOr<Variables> MakeEnvironment(KubeApi& api, const json& pod, const json& container,
                                          const PodPlace& place) {
  Variables variables;
  for (const json& source : container.value("envFrom", json::array())) {
    RETURN_IF_ERROR(AddEnvFrom(api, pod, source, &variables));
  }
  variables["KUBERNETES_SERVICE_HOST"] = "127.0.0.1";
  variables["KUBERNETES_SERVICE_PORT"] = fmt::format("{}", place.api_server_port);
  for (const json& entry : container.value("env", json::array())) {
    RETURN_IF_ERROR(AddVariable(api, pod, container, place, entry, &variables));
  }
  variables.try_emplace("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  variables.try_emplace("HOME", "/root");
  variables.try_emplace("HOSTNAME", pod["metadata"].value("name", ""));
  return variables;
}

}  // namespace redisop
