#include "services/k8s-bridge/watch/informers.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/k8s-bridge/api/redis_cluster.h"
#include "services/k8s-bridge/desired/object_metadata.h"

namespace redisop {
namespace {

// "namespace/cluster" by the label; empty without it.
std::string ClusterOf(const KubeObject& object) {
  auto label = object.meta.labels.find(std::string(kClusterLabel));
  return label == object.meta.labels.end() ? ""
                                           : ObjectKey(object.meta.namespace_name, label->second);
}

const KubeObject& ObjectOf(const StoreChange& change) {
  return change.after != nullptr ? *change.after : *change.before;
}

// Heartbeats change a Node every few seconds; only what moves pods or places them counts.
bool MattersForPlacement(const StoreChange& change) {
  return change.before == nullptr || change.after == nullptr ||
         change.before->meta.labels != change.after->meta.labels ||
         change.before->meta.generation != change.after->meta.generation;
}

}  // namespace

struct Informers::PerNamespace {
  std::string name;  // empty: all
  std::unique_ptr<Informer> clusters;
  std::unique_ptr<Informer> pods;
  std::unique_ptr<Informer> services;
  std::unique_ptr<Informer> config_maps;
  std::unique_ptr<Informer> budgets;

  Informer* Of(const ResourceType& type) const {
    return type.plural == kPods.plural                   ? pods.get()
           : type.plural == kServices.plural             ? services.get()
           : type.plural == kConfigMaps.plural           ? config_maps.get()
           : type.plural == kPodDisruptionBudgets.plural ? budgets.get()
                                                         : clusters.get();
  }
};

Informers::Informers(KubeApi& api, const Clock& clock, Random& random,
                     const std::vector<std::string>& namespaces, ChangeHandler on_change) {
  const std::vector<std::string> names =
      namespaces.empty() ? std::vector<std::string>{""} : namespaces;
  for (const std::string& name : names) {
    auto watched = std::make_unique<PerNamespace>();
    watched->name = name;
    watched->clusters = std::make_unique<Informer>(
        api, clock, random, InformerOptions{.collection = Collection(kRedisClusters, name)});
    watched->clusters->OnChange([on_change](const StoreChange& change, bool from_list) {
      on_change(change.key, from_list);
    });
    auto owned = [&](const ResourceType& type) {
      auto informer = std::make_unique<Informer>(
          api, clock, random,
          InformerOptions{.collection = Collection(type, name),
                          .selector = {.labels = fmt::format("{},{}={}", kClusterLabel,
                                                             kManagedByLabel, kManager)},
                          .index = ClusterOf});
      informer->OnChange([on_change](const StoreChange& change, bool from_list) {
        if (const std::string key = ClusterOf(ObjectOf(change)); !key.empty()) {
          on_change(key, from_list);
        }
      });
      return informer;
    };
    watched->pods = owned(kPods);
    watched->services = owned(kServices);
    watched->config_maps = owned(kConfigMaps);
    watched->budgets = owned(kPodDisruptionBudgets);
    namespaces_.push_back(std::move(watched));
  }
  nodes_ = std::make_unique<Informer>(api, clock, random,
                                      InformerOptions{.collection = Collection(kNodes)});
  nodes_->OnChange([this, on_change](const StoreChange& change, bool) {
    if (MattersForPlacement(change)) {
      for (const std::string& key : ClusterKeys()) {
        on_change(key, /*background=*/true);
      }
    }
  });
}

Informers::~Informers() = default;

std::vector<Informer*> Informers::All() const {
  std::vector<Informer*> all = {nodes_.get()};
  for (const auto& watched : namespaces_) {
    all.insert(all.end(), {watched->clusters.get(), watched->pods.get(), watched->services.get(),
                           watched->config_maps.get(), watched->budgets.get()});
  }
  return all;
}

void Informers::Start() {
  for (Informer* informer : All()) {
    informer->Start();
  }
}

void Informers::Step() {
  for (Informer* informer : All()) {
    while (informer->Step() <= absl::ZeroDuration()) {
    }
  }
}

bool Informers::HasSynced() const {
  const std::vector<Informer*> all = All();
  return std::all_of(all.begin(), all.end(),
                     [](const Informer* informer) { return informer->HasSynced(); });
}

absl::Status Informers::LastError() const {
  for (const Informer* informer : All()) {
    if (absl::Status status = informer->LastError(); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

const Informers::PerNamespace* Informers::Of(const std::string& namespace_name) const {
  for (const auto& watched : namespaces_) {
    if (watched->name.empty() || watched->name == namespace_name) {
      return watched.get();
    }
  }
  return nullptr;
}

KubeObjectPtr Informers::Cluster(const std::string& key) const {
  const PerNamespace* watched = Of(key.substr(0, key.find('/')));
  return watched == nullptr ? nullptr : watched->clusters->Store().Get(key);
}

std::vector<std::string> Informers::ClusterKeys() const {
  std::vector<std::string> keys;
  for (const auto& watched : namespaces_) {
    for (const KubeObjectPtr& object : watched->clusters->Store().List()) {
      keys.push_back(object->Key());
    }
  }
  return keys;
}

std::vector<KubeObjectPtr> Informers::PodsOf(const std::string& key) const {
  const PerNamespace* watched = Of(key.substr(0, key.find('/')));
  return watched == nullptr ? std::vector<KubeObjectPtr>()
                            : watched->pods->Store().ListByIndex(key);
}

std::vector<KubeObjectPtr> Informers::BudgetsOf(const std::string& key) const {
  const PerNamespace* watched = Of(key.substr(0, key.find('/')));
  return watched == nullptr ? std::vector<KubeObjectPtr>()
                            : watched->budgets->Store().ListByIndex(key);
}

KubeObjectPtr Informers::Service(const std::string& object_key) const {
  const PerNamespace* watched = Of(object_key.substr(0, object_key.find('/')));
  return watched == nullptr ? nullptr : watched->services->Store().Get(object_key);
}

KubeObjectPtr Informers::ConfigMap(const std::string& object_key) const {
  const PerNamespace* watched = Of(object_key.substr(0, object_key.find('/')));
  return watched == nullptr ? nullptr : watched->config_maps->Store().Get(object_key);
}

std::vector<KubeObjectPtr> Informers::Nodes() const { return nodes_->Store().List(); }

bool Informers::HasSeen(const ResourceType& type, const std::string& namespace_name,
                        const std::string& resource_version) const {
  const PerNamespace* watched = Of(namespace_name);
  return watched == nullptr || watched->Of(type)->HasSeen(resource_version);
}

}  // namespace redisop
