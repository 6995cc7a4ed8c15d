// Names of resources and the URL paths they live at.

#ifndef REDIS_OPERATOR_COMMON_KUBE_RESOURCE_PATH_H_
#define REDIS_OPERATOR_COMMON_KUBE_RESOURCE_PATH_H_

#include <string>
#include <string_view>

namespace redisop {

// A kind of thing the API server keeps. The texts live as long as the program.
struct ResourceType {
  std::string_view group;  // empty for the core group
  std::string_view version;
  std::string_view plural;
  std::string_view kind;
  bool namespaced = true;

  // "v1" or "policy/v1".
  std::string ApiVersion() const;
};

// Where a request goes: a collection when `name` is empty, else one object or its subresource.
struct ResourcePath {
  std::string group;
  std::string version;
  std::string plural;
  std::string namespace_name;  // empty: all namespaces, or a resource outside namespaces
  std::string name;
  std::string subresource;  // "status", "scale", "eviction", "token"; several: "proxy/healthz"

  // "/api/v1/namespaces/default/pods/web-0/status"; segments are percent-encoded.
  std::string UrlPath() const;
};

ResourcePath Collection(const ResourceType& type, std::string_view namespace_name = {});
ResourcePath Named(const ResourceType& type, std::string_view namespace_name, std::string_view name,
                   std::string_view subresource = {});

// One query or path segment, percent-encoded: everything but unreserved characters of RFC 3986.
std::string UrlEncode(std::string_view text);

inline constexpr ResourceType kPods{"", "v1", "pods", "Pod", true};
inline constexpr ResourceType kServices{"", "v1", "services", "Service", true};
inline constexpr ResourceType kConfigMaps{"", "v1", "configmaps", "ConfigMap", true};
inline constexpr ResourceType kSecrets{"", "v1", "secrets", "Secret", true};
inline constexpr ResourceType kServiceAccounts{"", "v1", "serviceaccounts", "ServiceAccount", true};
inline constexpr ResourceType kPersistentVolumeClaims{"", "v1", "persistentvolumeclaims",
                                                      "PersistentVolumeClaim", true};
inline constexpr ResourceType kPersistentVolumes{"", "v1", "persistentvolumes", "PersistentVolume",
                                                 false};
inline constexpr ResourceType kNodes{"", "v1", "nodes", "Node", false};
inline constexpr ResourceType kNamespaces{"", "v1", "namespaces", "Namespace", false};
inline constexpr ResourceType kLeases{"coordination.k8s.io", "v1", "leases", "Lease", true};
inline constexpr ResourceType kEvents{"events.k8s.io", "v1", "events", "Event", true};
inline constexpr ResourceType kPodDisruptionBudgets{"policy", "v1", "poddisruptionbudgets",
                                                    "PodDisruptionBudget", true};
inline constexpr ResourceType kStorageClasses{"storage.k8s.io", "v1", "storageclasses",
                                              "StorageClass", false};
inline constexpr ResourceType kCustomResourceDefinitions{
    "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_RESOURCE_PATH_H_
