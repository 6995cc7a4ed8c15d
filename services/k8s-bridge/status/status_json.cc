#include "services/k8s-bridge/status/status_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "nlohmann/json.hpp"

namespace redisop {
namespace {

using Json = nlohmann::json;

// As the API server prints times: seconds, UTC.
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%SZ";
constexpr size_t kBlockedMax = 20;
constexpr size_t kTextMax = 4000;

Json ConditionJson(const Condition& condition) {
  return {{"type", condition.type},
          {"status", condition.status},
          {"reason", condition.reason},
          {"message", condition.message.substr(0, kTextMax)},
          {"lastTransitionTime",
           absl::FormatTime(kTimeFormat, condition.last_transition, absl::UTCTimeZone())},
          {"observedGeneration", condition.observed_generation}};
}

Json MemberJson(const Node& node) {
  Json member = {{"pod", node.pod},
                 {"nodeID", node.id},
                 {"role", node.unobserved               ? "Unknown"
                          : node.role == Role::kPrimary ? "Primary"
                                                        : "Replica"},
                 {"zone", node.zone},
                 {"host", node.host},
                 {"keys", node.keys},
                 {"usedMemoryBytes", node.used_memory_bytes}};
  if (node.role == Role::kReplica) {
    member["replicationLagBytes"] = node.lag_bytes;
  }
  return member;
}

// By shard: the pod's, or for a node without pod the shard of its primary.
Json ShardsJson(const ClusterSnapshot& snapshot) {
  std::map<std::pair<size_t, std::string>, Json> shards;  // "2" before "10"
  std::vector<const Node*> nodes;
  for (const Node& node : snapshot.nodes) {
    nodes.push_back(&node);
  }
  std::sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) {
    return std::tie(a->member, a->id) < std::tie(b->member, b->id);
  });
  for (const Node* node : nodes) {
    const Node* primary = snapshot.Find(node->primary_id);
    const std::string& name =
        node->shard.empty() && primary != nullptr ? primary->shard : node->shard;
    if (name.empty()) {
      continue;
    }
    Json& shard = shards[{name.size(), name}];
    shard["name"] = name;
    shard["members"].push_back(MemberJson(*node));
    if (node->role == Role::kPrimary && !node->slots.empty()) {
      shard["slots"] = node->slots.ToString();
    }
  }
  Json list = Json::array();
  for (auto& [key, shard] : shards) {
    list.push_back(std::move(shard));
  }
  return list;
}

Json PlanJson(const PlanProgress& plan) {
  Json blocked = Json::array();
  for (const Blocked& item : plan.blocked) {
    if (blocked.size() < kBlockedMax) {
      blocked.push_back({{"code", CodeName(item.code)}, {"text", item.text.substr(0, kTextMax)}});
    }
  }
  Json json = {{"digest", plan.digest},
               {"summary", plan.summary.substr(0, kTextMax)},
               {"steps", plan.steps},
               {"stepsDone", plan.steps_done},
               {"estimatedSecondsLeft", static_cast<int64_t>(std::ceil(plan.seconds_left))}};
  if (!blocked.empty()) {
    json["blocked"] = std::move(blocked);
  }
  return json;
}

// The lowest version; words such as "valkey" sort behind numbers, which does no harm.
std::string LowestVersion(const ClusterSnapshot& snapshot) {
  std::string lowest;
  for (const Node& node : snapshot.nodes) {
    if (!node.version.empty() && (lowest.empty() || node.version < lowest)) {
      lowest = node.version;
    }
  }
  return lowest;
}

// Without what changes under traffic alone.
Json WithoutLoad(Json status) {
  for (Json& shard : status["shards"]) {
    for (Json& member : shard["members"]) {
      member.erase("keys");
      member.erase("usedMemoryBytes");
      member.erase("replicationLagBytes");
    }
  }
  return status;
}

Json WithoutProgress(Json status) {
  if (status.contains("plan")) {
    status["plan"].erase("stepsDone");
    status["plan"].erase("estimatedSecondsLeft");
  }
  for (Json& shard : status["shards"]) {
    shard.erase("slots");
  }
  for (Json& condition : status["conditions"]) {
    condition.erase("message");
  }
  return status;
}

}  // namespace

std::vector<Condition> ReadConditions(const std::string& status_json) {
  std::vector<Condition> conditions;
  const Json status = Json::parse(status_json, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object() || !status.contains("conditions")) {
    return conditions;
  }
  for (const Json& item : status["conditions"]) {
    Condition condition;
    condition.type = item.value("type", "");
    condition.status = item.value("status", "");
    condition.reason = item.value("reason", "");
    condition.message = item.value("message", "");
    condition.observed_generation = item.value("observedGeneration", int64_t{0});
    std::string error;
    absl::ParseTime(absl::RFC3339_full, item.value("lastTransitionTime", ""),
                    &condition.last_transition, &error);
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

std::string RenderStatus(const Situation& now, const std::vector<Condition>& conditions,
                         const std::string& cluster_uid, const std::string& selector) {
  const int primaries = ServingPrimaries(now.snapshot);
  const int replicas = ReplicasInSync(now.snapshot);
  const int wished = now.spec.number_of_primaries;
  Json status = {{"observedGeneration", now.generation},
                 {"numberOfPrimaries", primaries},
                 {"numberOfReplicas", replicas},
                 {"primaries", fmt::format("{}/{}", primaries, wished)},
                 {"replicas", fmt::format("{}/{}", replicas, wished * now.spec.replication_factor)},
                 {"selector", selector},
                 {"formed", now.snapshot.formed},
                 {"clusterUID", cluster_uid},
                 {"version", LowestVersion(now.snapshot)},
                 {"slots", ServedSlots(now.snapshot).size()},
                 {"shards", ShardsJson(now.snapshot)},
                 {"conditions", Json::array()}};
  for (const Condition& condition : conditions) {
    status["conditions"].push_back(ConditionJson(condition));
  }
  if (now.plan.has_value()) {
    status["plan"] = PlanJson(*now.plan);
  }
  return status.dump();
}

std::string ReplaceConditions(const std::string& stored, const Situation& now,
                              const std::vector<Condition>& conditions) {
  Json status = Json::parse(stored, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object()) {
    status = Json::object();
  }
  status["observedGeneration"] = now.generation;
  status["conditions"] = Json::array();
  for (const Condition& condition : conditions) {
    status["conditions"].push_back(ConditionJson(condition));
  }
  return status.dump();
}

absl::Duration WriteDelay(const std::string& stored, const std::string& next,
                          absl::Duration since_last_write, absl::Duration progress_interval) {
  if (stored == next) {
    return absl::InfiniteDuration();
  }
  const Json before = WithoutLoad(Json::parse(stored, nullptr, /*allow_exceptions=*/false));
  const Json after = WithoutLoad(Json::parse(next, nullptr, /*allow_exceptions=*/false));
  if (before == after) {
    return absl::InfiniteDuration();
  }
  if (WithoutProgress(before) != WithoutProgress(after)) {
    return absl::ZeroDuration();
  }
  return std::max(absl::ZeroDuration(), progress_interval - since_last_write);
}

}  // namespace redisop
