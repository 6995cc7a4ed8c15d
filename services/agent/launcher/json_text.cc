#include "services/agent/launcher/json_text.h"

#include <cstdio>

namespace redisop {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      quoted += code;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string WithoutBlanks(std::string_view text) {
  std::string rest;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\' && i + 1 < text.size()) {
      rest += c;
      rest += text[++i];
      continue;
    }
    if (c == '"') in_string = !in_string;
    if (in_string || (c != ' ' && c != '\t' && c != '\r' && c != '\n')) rest += c;
  }
  return rest;
}

}  // namespace

std::string JsonField(std::string_view name, std::string_view value) {
  return Quoted(name) + ":" + Quoted(value);
}

std::string JsonField(std::string_view name, int64_t value) {
  return Quoted(name) + ":" + std::to_string(value);
}

std::string JsonObject(const std::vector<std::string>& fields) {
  std::string object = "{";
  for (const std::string& field : fields) {
    if (object.size() > 1) object += ",";
    object += field;
  }
  return object + "}\n";
}

bool HasJsonField(std::string_view object, std::string_view field) {
  const std::string compact = WithoutBlanks(object);
  for (size_t at = compact.find(field); at != std::string::npos; at = compact.find(field, at + 1)) {
    const size_t end = at + field.size();
    const bool starts = at > 0 && (compact[at - 1] == '{' || compact[at - 1] == ',');
    const bool ends = end < compact.size() && (compact[end] == '}' || compact[end] == ',');
    if (starts && ends) return true;
  }
  return false;
}

}  // namespace redisop
