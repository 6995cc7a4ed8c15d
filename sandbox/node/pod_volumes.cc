#include "sandbox/node/pod_volumes.h"

#include <filesystem>
#include <fstream>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace redisop {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr absl::Duration kApiTimeout = absl::Seconds(10);

absl::Status Unsupported(const std::string& what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, what + " is not supported by the sandbox");
}

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return absl::OkStatus();
  return MakeStatus(absl::StatusCode::kUnavailable,
                    fmt::format("create {}: {}", path, error.message()));
}

// A relative path that stays inside the directory it is put under.
bool StaysInside(const std::string& path) {
  const fs::path normal = fs::path(path).lexically_normal();
  return normal.is_relative() && (normal.empty() || *normal.begin() != "..");
}

// Adds the keys of a ConfigMap or Secret, those of `items` under their paths when there are any.
absl::Status AddKeys(const json& source, const std::map<std::string, std::string>& data,
                     std::map<std::string, std::string>* files) {
  if (!source.contains("items")) {
    for (const auto& [key, value] : data) (*files)[key] = value;
    return absl::OkStatus();
  }
  for (const json& item : source["items"]) {
    const auto found = data.find(item.value("key", ""));
    if (found != data.end()) {
      (*files)[item.value("path", "")] = found->second;
    } else if (!source.value("optional", false)) {
      return MakeStatus(absl::StatusCode::kNotFound, "no key " + item.value("key", ""));
    }
  }
  return absl::OkStatus();
}

}  // namespace

PodVolumes::PodVolumes(KubeApi& api, std::string directory)
    : api_(api), directory_(std::move(directory)) {}

absl::Status PodVolumes::Prepare(const json& pod, const PodPlace& place) {
  for (const json& volume : pod["spec"].value("volumes", json::array())) {
    RETURN_IF_ERROR(Annotate(PrepareOne(pod, place, volume), "volume " + volume.value("name", "")));
  }
  return absl::OkStatus();
}

absl::Status PodVolumes::PrepareOne(const json& pod, const PodPlace& place, const json& volume) {
  const std::string name = volume.value("name", "");
  std::string& source = sources_[name];
  if (volume.contains("persistentVolumeClaim")) {
    const std::string claim = volume["persistentVolumeClaim"].value("claimName", "");
    ASSIGN_OR_RETURN(source, ClaimDirectory(pod["metadata"].value("namespace", ""), claim));
    return absl::OkStatus();
  }
  if (volume.contains("hostPath")) {
    source = volume["hostPath"].value("path", "");
    const std::string type = volume["hostPath"].value("type", "");
    return type == "DirectoryOrCreate" ? MakeDirectory(source) : absl::OkStatus();
  }
  source = fmt::format("{}/volumes/{}", directory_, name);
  RETURN_IF_ERROR(MakeDirectory(source));
  if (volume.contains("emptyDir")) return absl::OkStatus();
  Files files;
  if (volume.contains("projected")) {
    for (const json& part : volume["projected"].value("sources", json::array())) {
      RETURN_IF_ERROR(AddSource(pod, place, part, &files));
    }
  } else {
    RETURN_IF_ERROR(AddSource(pod, place, volume, &files));
  }
  return WriteFiles(source, files);
}

absl::Status PodVolumes::AddSource(const json& pod, const PodPlace& place, const json& source,
                                   Files* files) {
  const std::string ns = pod["metadata"].value("namespace", "");
  for (const char* field : {"configMap", "secret"}) {
    if (!source.contains(field)) continue;
    const json& reference = source[field];
    const ResourceType& type = field == std::string_view("configMap") ? kConfigMaps : kSecrets;
    const std::string name = reference.contains("secretName") ? reference.value("secretName", "")
                                                              : reference.value("name", "");
    ASSIGN_OR_RETURN(const auto data,
                     ReadConfig(api_, type, ns, name, reference.value("optional", false)));
    return AddKeys(reference, data, files);
  }
  if (source.contains("serviceAccountToken")) {
    const json& token = source["serviceAccountToken"];
    ASSIGN_OR_RETURN((*files)[token.value("path", "token")], ServiceAccountToken(pod, token));
    return absl::OkStatus();
  }
  if (source.contains("downwardAPI")) {
    for (const json& item : source["downwardAPI"].value("items", json::array())) {
      std::string& content = (*files)[item.value("path", "")];
      if (item.contains("fieldRef")) {
        ASSIGN_OR_RETURN(content, FieldValue(pod, place, item["fieldRef"].value("fieldPath", "")));
      } else {
        ASSIGN_OR_RETURN(content, ResourceFieldValue(pod, json::object(),
                                                     item.value("resourceFieldRef", json())));
      }
    }
    return absl::OkStatus();
  }
  return Unsupported(source.dump());
}

absl::StatusOr<std::string> PodVolumes::ServiceAccountToken(const json& pod, const json& source) {
  std::string& token = tokens_[source.value("audience", "")];
  if (!token.empty()) return token;
  const json& meta = pod["metadata"];
  // A day at least: the sandbox does not renew tokens. (The API server stretches the usual 3607 s
  // to a year by itself.)
  json request = {
      {"apiVersion", "authentication.k8s.io/v1"},
      {"kind", "TokenRequest"},
      {"spec",
       {{"expirationSeconds", source.value("expirationSeconds", 3607) == 3607 ? 3607 : 86400 * 365},
        {"boundObjectRef",
         {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"name", meta.value("name", "")},
          {"uid", meta.value("uid", "")}}}}}};
  if (source.contains("audience")) request["spec"]["audiences"] = {source["audience"]};
  ASSIGN_OR_RETURN(const KubeObject answer,
                   api_.Create(Named(kServiceAccounts, meta.value("namespace", ""),
                                     pod["spec"].value("serviceAccountName", "default"), "token"),
                               request.dump(), kApiTimeout));
  token = json::parse(answer.json)["status"].value("token", "");
  return token;
}

absl::StatusOr<std::string> PodVolumes::ClaimDirectory(std::string_view namespace_name,
                                                       const std::string& claim) {
  ASSIGN_OR_RETURN(const KubeObject object,
                   api_.Get(Named(kPersistentVolumeClaims, namespace_name, claim), kApiTimeout));
  const std::string volume = json::parse(object.json)["spec"].value("volumeName", "");
  if (volume.empty()) {
    return MakeStatus(absl::StatusCode::kUnavailable, claim + " is not bound yet");
  }
  ASSIGN_OR_RETURN(const KubeObject bound,
                   api_.Get(Named(kPersistentVolumes, "", volume), kApiTimeout));
  const json spec = json::parse(bound.json)["spec"];
  if (!spec.contains("hostPath")) return Unsupported("a volume that is no hostPath: " + volume);
  return spec["hostPath"].value("path", "");
}

// As kubelet does: the files are links through "..data", a link that is replaced by renaming.
absl::Status PodVolumes::WriteFiles(const std::string& volume_directory, const Files& files) {
  if (const auto found = written_.find(volume_directory);
      found != written_.end() && found->second == files) {
    return absl::OkStatus();
  }
  const std::string version = fmt::format("..{}", ++version_);
  for (const auto& [path, content] : files) {
    if (path.empty() || !StaysInside(path)) return Unsupported("path " + path);
    const fs::path file = fs::path(volume_directory) / version / path;
    RETURN_IF_ERROR(MakeDirectory(file.parent_path().string()));
    if (!(std::ofstream(file, std::ios::binary) << content)) {
      return MakeStatus(absl::StatusCode::kUnavailable, "write " + file.string());
    }
  }
  std::error_code error;
  const fs::path data = fs::path(volume_directory) / "..data";
  const fs::path before = fs::read_symlink(data, error);
  RETURN_IF_ERROR(MakeDirectory((fs::path(volume_directory) / version).string()));
  fs::create_directory_symlink(version, data.string() + "_new", error);
  fs::rename(data.string() + "_new", data, error);
  if (error) return MakeStatus(absl::StatusCode::kUnavailable, "write " + data.string());
  for (const auto& [path, content] : files) {
    const std::string first = fs::path(path).begin()->string();
    const fs::path link = fs::path(volume_directory) / first;
    if (!fs::is_symlink(link)) fs::create_symlink("..data/" + first, link, error);
  }
  if (!before.empty()) fs::remove_all(fs::path(volume_directory) / before, error);
  written_[volume_directory] = files;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ContainerMount>> PodVolumes::MountsOf(const json& container,
                                                                 const Variables& variables) const {
  std::vector<ContainerMount> mounts;
  for (const json& mount : container.value("volumeMounts", json::array())) {
    const auto source = sources_.find(mount.value("name", ""));
    if (source == sources_.end()) return Unsupported("volumeMount " + mount.value("name", ""));
    std::string path = source->second;
    const std::string sub = mount.contains("subPathExpr")
                                ? ExpandVariables(mount.value("subPathExpr", ""), variables)
                                : mount.value("subPath", "");
    if (!sub.empty()) {
      if (!StaysInside(sub)) return Unsupported("subPath " + sub);
      path += "/" + sub;
      std::error_code error;
      if (!fs::exists(path, error)) RETURN_IF_ERROR(MakeDirectory(path));
    }
    mounts.push_back({.source = path,
                      .target = mount.value("mountPath", ""),
                      .read_only = mount.value("readOnly", false)});
  }
  return mounts;
}

bool PodVolumes::Uses(const json& pod, const ResourceType& type, std::string_view name) {
  const bool is_map = type.plural == kConfigMaps.plural;
  const auto names = [&](const json& source) {
    const char* field = is_map ? "configMap" : "secret";
    if (!source.contains(field)) return false;
    const json& reference = source[field];
    return reference.value("name", "") == name || reference.value("secretName", "") == name;
  };
  for (const json& volume : pod["spec"].value("volumes", json::array())) {
    if (names(volume)) return true;
    if (!volume.contains("projected")) continue;
    for (const json& source : volume["projected"].value("sources", json::array())) {
      if (names(source)) return true;
    }
  }
  return false;
}

}  // namespace redisop
