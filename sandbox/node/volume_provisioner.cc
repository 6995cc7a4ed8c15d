#include "sandbox/node/volume_provisioner.h"

#include <filesystem>
#include <utility>

#include "common/base/status.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace redisop {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kClass[] = "standard";
constexpr char kProvisioner[] = "sandbox.redisoperator.io/directory";
constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

VolumeProvisioner::VolumeProvisioner(KubeApi& api, const ObjectStore& claims,
                                     const ObjectStore& volumes, std::string directory)
    : api_(api), claims_(claims), volumes_(volumes), directory_(std::move(directory)) {}

absl::Status VolumeProvisioner::CreateStorageClass() {
  const json storage_class = {
      {"apiVersion", "storage.k8s.io/v1"},
      {"kind", "StorageClass"},
      {"metadata",
       {{"name", kClass},
        {"annotations", {{"storageclass.kubernetes.io/is-default-class", "true"}}}}},
      {"provisioner", kProvisioner},
      {"reclaimPolicy", "Delete"},
      {"volumeBindingMode", "Immediate"}};
  const absl::Status created =
      api_.Create(Collection(kStorageClasses), storage_class.dump(), kTimeout).status();
  return absl::IsAlreadyExists(created) ? absl::OkStatus() : created;
}

absl::Duration VolumeProvisioner::Step() {
  bool all_done = true;
  for (const KubeObjectPtr& claim : claims_.List()) all_done &= Provide(*claim).ok();
  for (const KubeObjectPtr& volume : volumes_.List()) all_done &= Reclaim(*volume).ok();
  return all_done ? absl::InfiniteDuration() : absl::Seconds(1);
}

absl::Status VolumeProvisioner::Provide(const KubeObject& claim) {
  const json spec = json::parse(claim.json)["spec"];
  if (spec.value("storageClassName", "") != kClass || spec.contains("volumeName") ||
      claim.meta.deletion_time) {
    return absl::OkStatus();
  }
  const std::string name = "pvc-" + claim.meta.uid;
  const std::string path = fmt::format("{}/{}", directory_, name);
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return MakeStatus(absl::StatusCode::kUnavailable, "create " + path);
  const json volume = {
      {"apiVersion", "v1"},
      {"kind", "PersistentVolume"},
      {"metadata",
       {{"name", name}, {"annotations", {{"pv.kubernetes.io/provisioned-by", kProvisioner}}}}},
      {"spec",
       {{"capacity", spec["resources"]["requests"]},
        {"accessModes", spec["accessModes"]},
        {"persistentVolumeReclaimPolicy", "Delete"},
        {"storageClassName", kClass},
        {"hostPath", {{"path", path}, {"type", "DirectoryOrCreate"}}},
        {"claimRef",
         {{"apiVersion", "v1"},
          {"kind", "PersistentVolumeClaim"},
          {"namespace", claim.meta.namespace_name},
          {"name", claim.meta.name},
          {"uid", claim.meta.uid}}}}}};
  const absl::Status created =
      api_.Create(Collection(kPersistentVolumes), volume.dump(), kTimeout).status();
  return absl::IsAlreadyExists(created) ? absl::OkStatus() : created;
}

absl::Status VolumeProvisioner::Reclaim(const KubeObject& volume) {
  const auto provisioner = volume.meta.annotations.find("pv.kubernetes.io/provisioned-by");
  if (provisioner == volume.meta.annotations.end() || provisioner->second != kProvisioner) {
    return absl::OkStatus();
  }
  const json content = json::parse(volume.json);
  const json& spec = content["spec"];
  if (content.value("status", json::object()).value("phase", "") != "Released" ||
      spec.value("persistentVolumeReclaimPolicy", "") != "Delete" || volume.meta.deletion_time) {
    return absl::OkStatus();
  }
  std::error_code error;
  fs::remove_all(fmt::format("{}/{}", directory_, volume.meta.name), error);
  const absl::Status deleted = api_.Delete(Named(kPersistentVolumes, "", volume.meta.name),
                                           {.uid = volume.meta.uid}, kTimeout);
  return absl::IsNotFound(deleted) ? absl::OkStatus() : deleted;
}

}  // namespace redisop
