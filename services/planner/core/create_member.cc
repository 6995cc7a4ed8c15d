#include "services/planner/core/create_member.h"

#include <fmt/format.h>

#include <utility>

namespace redisop {

bool CreateMember(Draft& draft, const std::string& shard, const std::string& zone,
                  std::vector<std::string> not_on_hosts, Reason reason) {
  const auto name = [&](int member) {
    return fmt::format("{}-{}-{}", draft.spec.name, shard, member);
  };
  int member = 0;
  while (draft.now().Find(name(member)) != nullptr) {
    ++member;
  }
  return draft.Propose(CreatePod{name(member), shard, member, zone, std::move(not_on_hosts)},
                       std::move(reason));
}

}  // namespace redisop
