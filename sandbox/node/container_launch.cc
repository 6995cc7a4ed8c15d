#include "sandbox/node/container_launch.h"

#include <filesystem>
#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "sandbox/node/image_table.h"

namespace redisop {
namespace {

using nlohmann::json;

constexpr size_t kHostNameMax = 63;

// Command and arguments by Kubernetes' rules: args replace the image's arguments, command replaces
// both.
absl::StatusOr<std::vector<std::string>> CommandOf(const json& container, const LocalImage& image,
                                                   const Variables& variables) {
  auto command = container.value("command", std::vector<std::string>());
  auto arguments = container.value("args", std::vector<std::string>());
  if (command.empty() && arguments.empty()) arguments = image.arguments;
  if (command.empty()) command = image.entry_point;
  if (command.empty()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      "an image without a program of its own needs a command");
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  for (std::string& word : command) word = ExpandVariables(word, variables);
  return command;
}

}  // namespace

absl::StatusOr<ContainerLaunch> MakeLaunch(KubeApi& api, const json& pod, const json& container,
                                           const PodPlace& place, const PodVolumes& volumes,
                                           const LaunchDirectories& directories) {
  const absl::StatusOr<LocalImage> image = FindImage(container.value("image", ""));
  if (!image.ok()) return MakeStatus(absl::StatusCode::kOutOfRange, MessageOf(image.status()));
  if (!image->has_operator_programs && !image->entry_point.empty() &&
      !std::filesystem::exists(image->entry_point[0])) {
    return MakeStatus(absl::StatusCode::kOutOfRange,
                      fmt::format("{} is not installed on this machine", image->entry_point[0]));
  }
  if (container.value("lifecycle", json::object()).contains("postStart")) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      "postStart is not supported by the sandbox");
  }
  ContainerLaunch launch;
  ASSIGN_OR_RETURN(Variables variables, MakeEnvironment(api, pod, container, place));
  for (const auto& [name, value] : variables) launch.environment.push_back(name + "=" + value);
  variables.try_emplace("POD_IP", place.address);
  ContainerCommand& command = launch.command;
  ASSIGN_OR_RETURN(command.command, CommandOf(container, *image, variables));
  ASSIGN_OR_RETURN(command.mounts, volumes.MountsOf(container, variables));
  launch.address = place.address;
  command.root_directory = fmt::format("{}/{}", directories.pod, container.value("name", ""));
  command.hosts_directory = directories.hosts;
  command.operator_programs = image->has_operator_programs ? directories.operator_programs : "";
  const std::string pod_name = pod["metadata"].value("name", "");
  command.host_name = pod["spec"].value("hostname", pod_name).substr(0, kHostNameMax);
  command.working_directory = container.value("workingDir", "/");
  std::error_code error;
  std::filesystem::create_directories(command.hosts_directory, error);
  if (!PrepareRootDirectory(command.root_directory, command.host_name)) {
    return MakeStatus(absl::StatusCode::kUnavailable, "no root directory for the container");
  }
  return launch;
}

}  // namespace redisop
