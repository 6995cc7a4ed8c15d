#include "sandbox/node/log_query.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace redisop {
namespace {

// Takes the text up to `separator` off the front of `rest`.
std::string_view Next(std::string_view* rest, char separator) {
  const size_t end = std::min(rest->find(separator), rest->size());
  const std::string_view part = rest->substr(0, end);
  rest->remove_prefix(std::min(end + 1, rest->size()));
  return part;
}

bool IsName(std::string_view text) {
  return !text.empty() && text.front() != '.' &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
}

}  // namespace

std::optional<LogQuery> ParseLogRequest(std::string_view request) {
  if (Next(&request, ' ') != "GET") return std::nullopt;
  std::string_view target = Next(&request, ' ');
  std::string_view path = Next(&target, '?');
  if (!Next(&path, '/').empty() || Next(&path, '/') != "containerLogs") return std::nullopt;
  LogQuery query;
  query.namespace_name = Next(&path, '/');
  query.pod = Next(&path, '/');
  query.container = Next(&path, '/');
  if (!IsName(query.namespace_name) || !IsName(query.pod) || !IsName(query.container)) {
    return std::nullopt;
  }
  while (!target.empty()) {
    std::string_view value = Next(&target, '&');
    const std::string_view name = Next(&value, '=');
    if (name == "follow") query.follows = value == "true";
    if (name == "previous") query.is_previous = value == "true";
    if (name == "tailLines") query.tail_lines = std::atoi(std::string(value).c_str());
  }
  return query;
}

std::string_view LastLines(std::string_view text, int lines) {
  if (lines < 0) return text;
  size_t begin = text.size();
  if (begin > 0 && text.back() == '\n') --begin;
  for (int line = 0; line < lines; ++line) {
    const size_t end = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
    if (end == std::string_view::npos) return text;
    begin = end;
  }
  return lines == 0 ? std::string_view() : text.substr(begin + 1);
}

}  // namespace redisop
