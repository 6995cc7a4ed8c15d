// A reflector with its store and its thread: the cache of one collection, and who wants to hear of
// changes.
//
//   Informer pods(api, SystemClock(), SystemRandom(), {.collection = Collection(kPods)});
//   pods.OnChange([&](const StoreChange& change, bool from_list) { queue.Add(KeyOf(change)); });
//   pods.Start();

#ifndef REDIS_OPERATOR_COMMON_KUBE_INFORMER_H_
#define REDIS_OPERATOR_COMMON_KUBE_INFORMER_H_

#include <string_view>
#include <vector>

#include "common/kube/object_store.h"
#include "common/kube/reflector.h"
#include "common/kube/step_thread.h"

namespace redisop {

struct InformerOptions {
  ResourcePath collection;
  Selector selector;
  IndexFunction index;  // for Store().ListByIndex
};

class Informer {
 public:
  // The arguments must outlive the informer.
  Informer(KubeApi& api, const Clock& clock, Random& random, InformerOptions options);
  ~Informer();

  // Adds one who hears of every change; see Reflector::Handler. Before Start only.
  void OnChange(Reflector::Handler handler);

  // Starts the thread. A simulator calls Step() instead; see Reflector::Step.
  void Start();
  absl::Duration Step();

  // Thread-safe.
  const ObjectStore& Store() const { return store_; }
  bool HasSynced() const { return reflector_.HasSynced(); }
  absl::Status LastError() const { return reflector_.LastError(); }
  // True: the cache has seen `resource_version` of one's own write (or later).
  bool HasSeen(std::string_view resource_version) const;

 private:
  ObjectStore store_;
  std::vector<Reflector::Handler> handlers_;
  StepThread thread_;
  Reflector reflector_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_INFORMER_H_
