#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "common/model/node_view.h"

namespace redisop {
namespace {

// What one observed node says of another.
struct Claim {
  const NodeView* by;
  const Node* about;
};

using ViewsById = std::map<NodeId, const NodeView*>;
using ClaimsById = std::map<NodeId, std::vector<Claim>>;

// Two processes with one node id (a copied volume) are one node here; which of them speaks is
// decided by the pod, so that the order of the views changes nothing.
ViewsById IndexViews(const std::vector<NodeView>& views) {
  ViewsById by_id;
  for (const NodeView& view : views) {
    auto [at, added] = by_id.emplace(view.self.id, &view);
    auto identity = [](const NodeView& v) { return std::tie(v.self.pod, v.self.pod_uid); };
    if (!added && identity(view) < identity(*at->second)) {
      at->second = &view;
    }
  }
  return by_id;
}

ClaimsById IndexClaims(const ViewsById& views) {
  ClaimsById claims;
  for (const auto& [id, view] : views) {
    const std::set<NodeId> handshake(view->handshake_ids.begin(), view->handshake_ids.end());
    for (const Node& peer : view->peers) {
      if (!handshake.contains(peer.id)) {
        claims[peer.id].push_back({view, &peer});
      }
    }
  }
  return claims;
}

bool IsVoter(const NodeView& view) {
  return view.self.role == Role::kPrimary && !view.self.slots.empty();
}

// Another node took its address ("noaddr"). Nobody pings it any more, so nobody will ever flag it
// as failed; but it cannot be reached by anybody either.
bool HasLostItsAddress(const Node& node) { return node.address.starts_with(":0"); }

Health JudgeHealth(const std::vector<Claim>& claims, int voters) {
  int failed = 0;
  bool suspected = false;
  for (const Claim& claim : claims) {
    const bool gone = claim.about->health == Health::kFailed || HasLostItsAddress(*claim.about);
    failed += gone && IsVoter(*claim.by) ? 1 : 0;
    suspected = suspected || gone || claim.about->health != Health::kOk;
  }
  if (failed * 2 > voters) {
    return Health::kFailed;
  }
  return suspected ? Health::kSuspected : Health::kOk;
}

// The newest claim about a node: the one with the highest config epoch; of several the one of the
// lowest speaker.
const Claim& Newest(const std::vector<Claim>& claims) {
  return *std::max_element(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    return std::tie(a.about->config_epoch, b.by->self.id) <
           std::tie(b.about->config_epoch, a.by->self.id);
  });
}

Node FromClaims(const std::vector<Claim>& claims) {
  Node node = *Newest(claims).about;
  node.unobserved = true;
  node.open_slots.clear();
  node.unknown_ids.clear();
  return node;
}

// Takes from nodes that did not answer the slots that an observed node owns, and those that another
// of them claims with a higher config epoch.
void SettleSlots(std::vector<Node>& absent, SlotSet taken) {
  std::sort(absent.begin(), absent.end(), [](const Node& a, const Node& b) {
    return std::tie(b.config_epoch, a.id) < std::tie(a.config_epoch, b.id);
  });
  for (Node& node : absent) {
    node.slots.Remove(taken);
    taken.Add(node.slots);
  }
}

std::vector<NodeId> UnknownIds(const NodeView& view, const ViewsById& views) {
  std::set<NodeId> linked;
  for (const Node& peer : view.peers) {
    if (!peer.unobserved) {
      linked.insert(peer.id);
    }
  }
  for (const NodeId& id : view.handshake_ids) {
    linked.erase(id);
  }
  std::vector<NodeId> unknown;
  for (const auto& [id, other] : views) {
    if (id != view.self.id && !linked.contains(id)) {
      unknown.push_back(id);
    }
  }
  return unknown;
}

// Whose the slots of `unclaimed` are in the eyes of more than half of the voters. Only observed
// primaries count: one that did not answer has not denied it.
std::vector<SlotAttribution> Attribute(const ViewsById& views, int voters,
                                       const SlotSet& unclaimed) {
  std::map<NodeId, std::map<int, int>> votes;
  for (const auto& [id, view] : views) {
    if (unclaimed.empty() || !IsVoter(*view)) {
      continue;
    }
    for (const Node& peer : view->peers) {
      const auto named = views.find(peer.id);
      if (named == views.end() || named->second->self.role != Role::kPrimary) {
        continue;
      }
      for (const int slot : (peer.slots & unclaimed).Slots()) {
        ++votes[peer.id][slot];
      }
    }
  }
  std::vector<SlotAttribution> attributed;
  for (const auto& [id, count_of] : votes) {
    SlotAttribution attribution{.node_id = id, .slots = {}};
    for (const auto& [slot, count] : count_of) {
      if (count * 2 > voters) {
        attribution.slots.Add(slot);
      }
    }
    if (!attribution.slots.empty()) {
      attributed.push_back(std::move(attribution));
    }
  }
  return attributed;
}

// Ids that a node names and no view describes: everybody else has forgotten them.
std::set<NodeId> UndescribedIds(const std::vector<Node>& nodes) {
  std::set<NodeId> named;
  for (const Node& node : nodes) {
    named.insert(node.primary_id);
    for (const OpenSlot& open : node.open_slots) {
      named.insert(open.peer);
    }
  }
  named.erase(NodeId());
  for (const Node& node : nodes) {
    named.erase(node.id);
  }
  return named;
}

// Makes the snapshot complete: every id in it is the id of one of its nodes.
void SettleNames(std::vector<Node>& nodes) {
  for (Node& node : nodes) {
    if (node.role == Role::kReplica && node.primary_id.empty()) {
      node.role = Role::kPrimary;  // a copy of nobody; it owns no slots
    }
  }
  for (const NodeId& id : UndescribedIds(nodes)) {
    nodes.push_back({.id = id, .unobserved = true, .health = Health::kFailed});
  }
}

// Primaries without functions while another primary has some.
std::vector<NodeId> LackingFunctions(const ViewsById& views) {
  std::vector<NodeId> lacking;
  bool some = false;
  for (const auto& [id, view] : views) {
    if (view->self.role != Role::kPrimary) {
      continue;
    }
    some = some || !view->functions_digest.empty();
    if (view->functions_digest.empty()) {
      lacking.push_back(id);
    }
  }
  return some ? lacking : std::vector<NodeId>();
}

}  // namespace

ClusterSnapshot MergeViews(const std::vector<NodeView>& views) {
  const ViewsById by_id = IndexViews(views);
  const ClaimsById claims = IndexClaims(by_id);
  const int voters = static_cast<int>(std::count_if(
      by_id.begin(), by_id.end(), [](const auto& entry) { return IsVoter(*entry.second); }));

  ClusterSnapshot snapshot;
  SlotSet owned;
  for (const auto& [id, view] : by_id) {
    Node node = view->self;
    node.unobserved = false;
    node.unknown_ids = UnknownIds(*view, by_id);
    if (auto about = claims.find(id); about != claims.end()) {
      node.health = JudgeHealth(about->second, voters);
    }
    owned.Add(node.slots);
    snapshot.nodes.push_back(std::move(node));
  }
  std::vector<Node> absent;
  for (const auto& [id, about] : claims) {
    if (!by_id.contains(id)) {
      absent.push_back(FromClaims(about));
      absent.back().health = JudgeHealth(about, voters);
    }
  }
  SettleSlots(absent, owned);
  snapshot.nodes.insert(snapshot.nodes.end(), absent.begin(), absent.end());
  SlotSet unclaimed = SlotSet::All();
  for (const Node& node : snapshot.nodes) {
    unclaimed.Remove(node.slots);
  }
  snapshot.attributed = Attribute(by_id, voters, unclaimed);
  SettleNames(snapshot.nodes);
  snapshot.lacking_functions = LackingFunctions(by_id);
  return Canonical(std::move(snapshot));
}

}  // namespace redisop
