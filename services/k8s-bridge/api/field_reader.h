// Reads typed fields of a JSON object and collects every mistake with the field's path instead of
// stopping at the first. A field that is missing or null leaves the default.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_API_FIELD_READER_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_API_FIELD_READER_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace redisop {

class FieldReader {
 public:
  // `object` and `errors` must outlive the reader. `path` names the object in messages ("spec").
  FieldReader(const nlohmann::json& object, std::string path, std::vector<std::string>& errors);

  // The object in field `name`; an empty one when it is missing or not an object (an error).
  FieldReader Object(std::string_view name) const;
  bool Has(std::string_view name) const;

  // Writes the field into `value` when it is there; outside min…max is an error.
  void Int(std::string_view name, int min, int max, int& value) const;
  void Bool(std::string_view name, bool& value) const;
  void String(std::string_view name, std::string& value) const;
  // Text to text; numbers and booleans are taken as their text.
  void StringMap(std::string_view name, std::map<std::string, std::string>& value) const;
  // A list of texts, or one text.
  void StringList(std::string_view name, std::vector<std::string>& value) const;

  // One of the words; `value` gets the number that belongs to it.
  template <typename Enum>
  void Word(std::string_view name, const std::map<std::string, Enum>& words, Enum& value) const {
    std::string text;
    String(name, text);
    if (text.empty()) {
      return;
    }
    if (auto at = words.find(text); at != words.end()) {
      value = at->second;
      return;
    }
    std::string known;
    for (const auto& [word, unused] : words) {
      known += (known.empty() ? "" : ", ") + word;
    }
    Mistake(name, "must be one of " + known + ", is \"" + text + "\"");
  }

  void Mistake(std::string_view name, std::string_view text) const;

 private:
  const nlohmann::json* Field(std::string_view name) const;

  const nlohmann::json& object_;
  std::string path_;
  std::vector<std::string>& errors_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_API_FIELD_READER_H_
