// What the bridge knows of Kubernetes, and which cluster each change concerns: RedisClusters, the
// pods with label redisoperator.io/cluster, Nodes, and the Services, ConfigMaps and
// PodDisruptionBudgets that the operator manages.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_WATCH_INFORMERS_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_WATCH_INFORMERS_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/kube/informer.h"

namespace redisop {

class Informers {
 public:
  // Hears which cluster ("namespace/name") a change concerns; `background` for those that listings
  // bring. Runs on the informers' threads: it must return soon.
  using ChangeHandler = std::function<void(const std::string& key, bool background)>;

  // The arguments must outlive it. `namespaces` empty: all.
  Informers(KubeApi& api, const Clock& clock, Random& random,
            const std::vector<std::string>& namespaces, ChangeHandler on_change);
  ~Informers();

  void Start();
  // Instead of threads: does what is due now.
  void Step();

  bool HasSynced() const;
  // Why it has not, or does not follow any more; OK while all is well.
  absl::Status LastError() const;

  KubeObjectPtr Cluster(const std::string& key) const;
  std::vector<std::string> ClusterKeys() const;
  // Pods, Services, ConfigMaps or PodDisruptionBudgets with the cluster's label.
  std::vector<KubeObjectPtr> PodsOf(const std::string& key) const;
  std::vector<KubeObjectPtr> BudgetsOf(const std::string& key) const;
  KubeObjectPtr Service(const std::string& object_key) const;
  KubeObjectPtr ConfigMap(const std::string& object_key) const;
  std::vector<KubeObjectPtr> Nodes() const;
  // The cache of this type has seen the version that an own write gave.
  bool HasSeen(const ResourceType& type, const std::string& namespace_name,
               const std::string& resource_version) const;

 private:
  struct PerNamespace;
  const PerNamespace* Of(const std::string& namespace_name) const;
  std::vector<Informer*> All() const;

  std::vector<std::unique_ptr<PerNamespace>> namespaces_;
  std::unique_ptr<Informer> nodes_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_WATCH_INFORMERS_H_
