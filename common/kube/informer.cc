#include "common/kube/informer.h"

#include <utility>

namespace redisop {

Informer::Informer(KubeApi& api, const Clock& clock, Random& random, InformerOptions options)
    : store_(std::move(options.index)),
      thread_([this] { return reflector_.Step(); }),
      reflector_(
          api, clock, random,
          {.collection = std::move(options.collection), .selector = std::move(options.selector)},
          store_,
          [this](const StoreChange& change, bool from_list) {
            for (const Reflector::Handler& handler : handlers_) {
              handler(change, from_list);
            }
          },
          [this] { thread_.Wake(); }) {}

Informer::~Informer() { thread_.Stop(); }

void Informer::OnChange(Reflector::Handler handler) { handlers_.push_back(std::move(handler)); }

void Informer::Start() { thread_.Start(); }

absl::Duration Informer::Step() { return reflector_.Step(); }

bool Informer::HasSeen(std::string_view resource_version) const {
  return CompareResourceVersions(reflector_.ResourceVersion(), resource_version) >= 0;
}

}  // namespace redisop
