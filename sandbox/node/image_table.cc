#include "sandbox/node/image_table.h"

#include <map>

#include "common/base/status.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace redisop {
namespace {

LocalImage Engine(const std::string& program) {
  // All pods share the machine's network, so an engine must not listen on every address.
  return {.entry_point = {program}, .arguments = {"--bind", "$(POD_IP)", "--protected-mode", "no"}};
}

LocalImage OperatorProgram(const std::string& program) {
  return {.entry_point = {"/usr/local/bin/" + program}, .has_operator_programs = true};
}

const std::map<std::string, LocalImage, std::less<>>& Table() {
  static const auto& table = *new std::map<std::string, LocalImage, std::less<>>{
      {"redis", Engine("/usr/bin/redis-server")},
      {"valkey", Engine("/usr/bin/valkey-server")},
      {"redis-operator-agent", OperatorProgram("redis-operator-agent")},
      {"redis-operator-bridge", OperatorProgram("redis-operator-bridge")},
      {"redis-operator-k8s-bridge", OperatorProgram("redis-operator-bridge")},
      {"redis-operator-launcher", OperatorProgram("redis-operator-launcher")},
      {"redis-operator-planner", OperatorProgram("redis-operator-planner")},
      {"alpine", {}},
      {"busybox", {}},
      {"debian", {}},
  };
  return table;
}

}  // namespace

std::string ImageBaseName(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const size_t slash = image.rfind('/');
  if (slash != std::string_view::npos) image.remove_prefix(slash + 1);
  return std::string(image.substr(0, image.find(':')));
}

absl::StatusOr<LocalImage> FindImage(std::string_view image) {
  const auto found = Table().find(ImageBaseName(image));
  if (found != Table().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, entry] : Table()) names.push_back(name);
  return MakeStatus(absl::StatusCode::kNotFound,
                    fmt::format("the sandbox runs local programs instead of images and has none "
                                "for \"{}\"; it knows {}",
                                image, fmt::join(names, ", ")));
}

}  // namespace redisop
