// An object of the Kubernetes API as it is kept and handed around: its JSON text, and its metadata
// parsed once. No JSON library shows through this header; whoever needs more than the metadata
// parses `json` in its own .cc file.
//
// Values; a shared KubeObject is immutable and may be read from several threads.

#ifndef REDIS_OPERATOR_COMMON_KUBE_OBJECT_H_
#define REDIS_OPERATOR_COMMON_KUBE_OBJECT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace redisop {

struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool controller = false;
};

struct ObjectMeta {
  std::string name;
  std::string namespace_name;  // empty for what lives outside namespaces
  std::string uid;
  std::string resource_version;  // opaque; see CompareResourceVersions
  int64_t generation = 0;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::optional<absl::Time> creation_time;
  std::optional<absl::Time> deletion_time;  // set: the object is being deleted
  std::vector<OwnerReference> owners;
  std::vector<std::string> finalizers;

  // The owner with controller=true, or nullptr.
  const OwnerReference* Controller() const;
};

struct KubeObject {
  std::string json;  // the whole object, compact, without metadata.managedFields
  std::string api_version;
  std::string kind;  // empty for items of some lists: the API server leaves it out there
  ObjectMeta meta;

  // "namespace/name", or "name" for what lives outside namespaces: the key in stores and queues.
  std::string Key() const;
};

using KubeObjectPtr = std::shared_ptr<const KubeObject>;

// "namespace/name", or "name" when the namespace is empty.
std::string ObjectKey(std::string_view namespace_name, std::string_view name);

// Reads one object. Missing metadata is not an error (reviews and Status have none).
// kInvalidArgument: not a JSON object, or metadata of the wrong type. Thread-safe.
absl::StatusOr<KubeObject> ParseObject(std::string_view json);

// Order of two resource versions of one resource type: <0, 0, >0. Only for "have I seen my own
// write": versions are decimal numbers of any length, increasing per resource type (KEP-5504).
int CompareResourceVersions(std::string_view a, std::string_view b);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_OBJECT_H_
