// redis-operator-sandbox: Kubernetes on one machine without containers.

#include <unistd.h>

#include <filesystem>
#include <string>

#include "CLI/CLI.hpp"
#include "common/obs/build_info.h"
#include "fmt/format.h"
#include "sandbox/cli/commands.h"

namespace {

// Directory of this program; the control plane lies beside it, in ../../kube/bin: one for all build
// folders.
std::string OwnDirectory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string KubeBinaries() {
  return std::filesystem::path(OwnDirectory() + "/../../kube/bin").lexically_normal().string();
}

void AddState(CLI::App* command, std::string* state) {
  command->add_option("--state", *state, "Directory that holds everything of the sandbox")
      ->envname("REDIS_OPERATOR_SANDBOX_STATE")
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  redisop::SupervisorOptions options;
  options.kube_binaries = KubeBinaries();
  options.operator_programs = OwnDirectory();
  bool is_foreground = false;
  int progress = STDOUT_FILENO;
  std::string name, zone = "zone-a";

  CLI::App app(
      "Kubernetes on one machine without containers: the real control plane, pods as local "
      "processes");
  app.set_version_flag("--version", redisop::VersionLine("redis-operator-sandbox"));
  app.require_subcommand(1);
  CLI::App* up = app.add_subcommand("up", "Start it; does nothing when it is up");
  AddState(up, &options.state);
  up->add_option("--nodes", options.nodes, "Nodes")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  up->add_option("--zones", options.zones, "Zones the nodes are dealt out to")
      ->check(CLI::Range(1, 26))
      ->capture_default_str();
  up->add_option("--port", options.port, "Port of the API server; 0: any that is free")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  up->add_option("--kube-binaries", options.kube_binaries, "Directory of kube-apiserver and etcd")
      ->envname("REDIS_OPERATOR_KUBE_BIN")
      ->capture_default_str();
  up->add_option("--operator-programs", options.operator_programs,
                 "Directory of redis-operator-agent and the others")
      ->capture_default_str();
  up->add_flag("--foreground", is_foreground, "Stay; Ctrl-C ends the sandbox");
  up->add_option("--progress-descriptor", progress)->group("");
  CLI::App* down = app.add_subcommand("down", "End it and remove its state");
  AddState(down, &options.state);
  CLI::App* status = app.add_subcommand("status", "Nodes, pods and pids; exit code 1 when down");
  AddState(status, &options.state);

  std::vector<std::pair<CLI::App*, std::vector<std::string>>> commands;
  const auto add = [&](CLI::App* group, const char* verb, const char* help) {
    CLI::App* command = group->add_subcommand(verb, help);
    AddState(command, &options.state);
    command->add_option("name", name)->required();
    commands.push_back({command, {group->get_name(), verb}});
    return command;
  };
  CLI::App* node = app.add_subcommand("node", "Change the machines")->require_subcommand(1);
  add(node, "add", "A machine joins")->add_option("--zone", zone)->capture_default_str();
  add(node, "remove", "A machine is lost with all that runs on it");
  add(node, "freeze", "A machine hangs: its processes stop, its lease runs out");
  add(node, "thaw", "A frozen machine goes on");
  CLI::App* pod = app.add_subcommand("pod", "Change a pod, NAMESPACE/NAME")->require_subcommand(1);
  add(pod, "freeze", "All its processes stop");
  add(pod, "thaw", "They go on");
  CLI11_PARSE(app, argc, argv);

  if (*up) {
    return is_foreground ? redisop::UpInForeground(options, progress)
                         : redisop::UpInBackground(options);
  }
  if (*down) return redisop::Down(options.state);
  if (*status) return redisop::Status(options.state);
  for (auto& [command, words] : commands) {
    if (!*command) continue;
    words.push_back(name);
    if (words[1] == "add") words.push_back(zone);
    return redisop::Command(options.state, words);
  }
  return 2;
}
