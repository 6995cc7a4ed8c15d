#include "services/agent/observe/function_list.h"

#include <fmt/format.h>

#include "common/base/digest.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

// Libraries come as lists of alternating names and values.
std::string TextOf(const Reply& library, std::string_view name) {
  for (size_t i = 0; i + 1 < library.elements.size(); i += 2) {
    if (library.elements[i].text == name) {
      return library.elements[i + 1].text;
    }
  }
  return "";
}

}  // namespace

absl::StatusOr<FunctionLibraries> ReadFunctions(RedisConnection& redis, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const Reply reply, redis.Call({"FUNCTION", "LIST", "WITHCODE"}, timeout));
  if (reply.IsError() && reply.text.find("nknown command") != std::string::npos) {
    return FunctionLibraries();
  }
  RETURN_IF_ERROR(ErrorOf(reply, "FUNCTION LIST"));
  FunctionLibraries libraries;
  for (const Reply& library : reply.elements) {
    libraries[TextOf(library, "library_name")] = TextOf(library, "library_code");
  }
  return libraries;
}

std::string DigestFunctions(const FunctionLibraries& libraries) {
  if (libraries.empty()) {
    return "";
  }
  std::string text;
  for (const auto& [name, code] : libraries) {
    text += fmt::format("{} {}\n{}\n", name, code.size(), code);
  }
  return Digest(text);
}

}  // namespace redisop
