#include "services/k8s-bridge/desired/satisfies.h"

#include "nlohmann/json.hpp"

namespace redisop {
namespace {

using Json = nlohmann::json;

bool Contains(const Json& live, const Json& desired) {
  if (desired.is_object()) {
    if (!live.is_object()) {
      return false;
    }
    for (const auto& [key, value] : desired.items()) {
      auto at = live.find(key);
      if (at == live.end() || !Contains(*at, value)) {
        return false;
      }
    }
    return true;
  }
  if (desired.is_array()) {
    if (!live.is_array() || live.size() != desired.size()) {
      return false;
    }
    for (size_t i = 0; i < desired.size(); ++i) {
      if (!Contains(live[i], desired[i])) {
        return false;
      }
    }
    return true;
  }
  return live == desired;
}

}  // namespace

bool Satisfies(const std::string& live_json, const std::string& desired_json) {
  Json live = Json::parse(live_json, nullptr, /*allow_exceptions=*/false);
  const Json desired = Json::parse(desired_json, nullptr, /*allow_exceptions=*/false);
  // Lists of the API server leave kind and apiVersion of their items out.
  if (live.is_object() && desired.is_object() && !live.contains("kind")) {
    live["kind"] = desired.value("kind", "");
    live["apiVersion"] = desired.value("apiVersion", "");
  }
  return Contains(live, desired);
}

}  // namespace redisop
