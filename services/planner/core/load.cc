#include "services/planner/core/load.h"

namespace redisop {
namespace {

uint64_t PartOf(uint64_t whole, int part, int of) {
  return of == 0 ? 0
                 : static_cast<uint64_t>(static_cast<unsigned __int128>(whole) *
                                         static_cast<unsigned>(part) / static_cast<unsigned>(of));
}

}  // namespace

StepSize LoadOf(const Node& node, const SlotSet& slots) {
  StepSize size;
  size.slots = slots.size();
  if (node.slot_loads.empty()) {
    size.keys = PartOf(node.keys, size.slots, node.slots.size());
    size.bytes = PartOf(node.used_memory_bytes, size.slots, node.slots.size());
    return size;
  }
  for (const SlotLoad& load : node.slot_loads) {
    const auto count = static_cast<uint64_t>((slots & SlotSet(load.slots)).size());
    size.keys += load.keys * count;
    size.bytes += load.bytes * count;
  }
  return size;
}

}  // namespace redisop
