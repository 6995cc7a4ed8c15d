#include "services/agent/observe/observation.h"

#include <fmt/format.h>

#include "common/base/digest.h"

namespace redisop {
namespace {

std::string OpenSlotsText(const Node& node) {
  std::string text;
  for (const OpenSlot& open : node.open_slots) {
    const bool out = open.direction == OpenSlot::Direction::kMigrating;
    text += fmt::format("[{}{}{}]", open.slot, out ? "->-" : "-<-", open.peer);
  }
  return text;
}

std::string StateText(const Node& node) {
  return fmt::format("{} {} {} {} {}\n", node.id, ToString(node.role), node.primary_id,
                     node.slots.ToString(), OpenSlotsText(node));
}

std::string PeerText(const Node& node) {
  return fmt::format("{} {} {} {} {} {} {} {}\n", node.id, ToString(node.role), node.primary_id,
                     node.slots.ToString(), node.address, static_cast<int>(node.health),
                     node.config_epoch, node.unobserved);
}

}  // namespace

std::string DigestState(const Node& self) { return Digest(StateText(self)); }

std::string DigestView(const Observation& observation) {
  const NodeView& view = observation.view;
  const Node& self = view.self;
  std::string text = fmt::format("answers {} {}\n", observation.answers, self.loading);
  text += StateText(self);
  text += fmt::format("{} {} {} {} {} {}\n", self.address, static_cast<int>(self.health),
                      self.config_epoch, static_cast<int>(self.link), self.state_fail, self.alone);
  for (const Node& peer : view.peers) {
    text += PeerText(peer);
  }
  for (const NodeId& id : view.handshake_ids) {
    text += fmt::format("handshake {}\n", id);
  }
  return Digest(text);
}

}  // namespace redisop
