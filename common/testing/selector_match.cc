#include "common/testing/selector_match.h"

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_split.h"

namespace redisop {
namespace {

using nlohmann::json;

using Lookup = std::optional<std::string> (*)(const json&, const std::string&);

std::optional<std::string> Label(const json& object, const std::string& key) {
  const json labels = object.value("/metadata/labels"_json_pointer, json::object());
  const auto found = labels.find(key);
  return found == labels.end() ? std::nullopt : std::optional(found->get<std::string>());
}

std::optional<std::string> Field(const json& object, const std::string& path) {
  const json* at = &object;
  for (const auto& part : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    if (!at->is_object() || !at->contains(part)) {
      return "";
    }
    at = &at->at(part);
  }
  return at->is_string() ? at->get<std::string>() : at->dump();
}

bool TermMatches(const json& object, const std::string& term, Lookup lookup) {
  if (term.find('(') != std::string::npos) {
    std::cerr << "the fake API server does not know the selector " << term << "\n";
    std::abort();
  }
  if (const size_t at = term.find("!="); at != std::string::npos) {
    return lookup(object, term.substr(0, at)) != term.substr(at + 2);
  }
  if (const size_t at = term.find('='); at != std::string::npos) {
    const size_t value = at + (term[at + 1] == '=' ? 2 : 1);
    return lookup(object, term.substr(0, at)) == term.substr(value);
  }
  return term[0] == '!' ? !lookup(object, term.substr(1)) : lookup(object, term).has_value();
}

bool AllMatch(const json& object, const std::string& selector, Lookup lookup) {
  for (const auto& term :
       std::vector<std::string>(absl::StrSplit(selector, ',', absl::SkipEmpty()))) {
    if (!TermMatches(object, term, lookup)) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool Matches(const json& object, const Selector& selector) {
  return AllMatch(object, selector.labels, &Label) && AllMatch(object, selector.fields, &Field);
}

}  // namespace redisop
