#include "sandbox/node/variable_expansion.h"

namespace redisop {

std::string ExpandVariables(std::string_view text, const Variables& variables) {
  std::string result;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '$' || at + 1 == text.size()) {
      result += text[at++];
      continue;
    }
    if (text[at + 1] == '$') {
      result += '$';
      at += 2;
      continue;
    }
    const size_t end = text[at + 1] == '(' ? text.find(')', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      result += text[at++];
      continue;
    }
    const auto found = variables.find(text.substr(at + 2, end - at - 2));
    result +=
        found != variables.end() ? std::string_view(found->second) : text.substr(at, end + 1 - at);
    at = end + 1;
  }
  return result;
}

}  // namespace redisop
