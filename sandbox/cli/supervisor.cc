#include "sandbox/cli/supervisor.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "sandbox/cli/control_socket.h"
#include "sandbox/cluster/control_plane.h"
#include "sandbox/node/container_command.h"
#include "sandbox/node/ip_pool.h"
#include "sandbox/node/log_server.h"
#include "sandbox/node/node_manager.h"
#include "sandbox/process/child_process.h"

namespace redisop {
namespace {

using nlohmann::json;
using Say = std::function<void(std::string_view)>;

constexpr absl::Duration kReadyTimeout = absl::Minutes(1);
constexpr absl::Duration kReadyPeriod = absl::Milliseconds(50);

// Fails early, with a hint, where containers cannot run at all.
absl::Status CheckBwrap(const StateDirectory& state) {
  const std::string root = state.File("check"), log = state.File("logs/bwrap.log");
  ContainerCommand command{.root_directory = root,
                           .hosts_directory = state.path(),
                           .operator_programs = {},
                           .host_name = "check",
                           .working_directory = "/",
                           .mounts = {},
                           .command = {"/bin/true"}};
  PrepareRootDirectory(root, "check");
  ASSIGN_OR_RETURN(
      const int code,
      RunToEnd({.arguments = MakeContainerCommand(command), .environment = {}, .output_file = log},
               absl::Seconds(10)));
  if (code == 0) return absl::OkStatus();
  const absl::StatusOr<std::string> said = ReadWholeFile(log);
  return MakeStatus(
      absl::StatusCode::kFailedPrecondition,
      fmt::format(
          "bwrap cannot make containers here: {}Install the package bubblewrap; an ordinary "
          "user also needs user namespaces (sysctl kernel.unprivileged_userns_clone=1)",
          said.ok() ? *said : ""));
}

bool IsUsable(const json& node) {
  for (const json& taint : node["spec"].value("taints", json::array())) {
    if (taint.value("key", "").starts_with("node.kubernetes.io/")) return false;
  }
  for (const json& condition : node["status"].value("conditions", json::array())) {
    if (condition.value("type", "") == "Ready") return condition.value("status", "") == "True";
  }
  return false;
}

// SIGTERM, SIGINT or SIGHUP has come, or comes within `wait`.
bool WasInterrupted(int signals, absl::Duration wait = absl::ZeroDuration()) {
  pollfd descriptor{.fd = signals, .events = POLLIN, .revents = 0};
  return poll(&descriptor, 1, static_cast<int>(absl::ToInt64Milliseconds(wait))) > 0;
}

absl::Status AwaitUsable(ControlPlane& plane, int nodes, int signals) {
  const absl::Duration deadline = SystemClock().Monotonic() + kReadyTimeout;
  int usable = 0;
  bool has_account = false;
  while (SystemClock().Monotonic() < deadline) {
    RETURN_IF_ERROR(plane.Check());
    const absl::StatusOr<ObjectList> list =
        plane.api().List(Collection(kNodes), {}, absl::Seconds(5));
    if (list.ok()) {
      usable = static_cast<int>(std::count_if(
          list->items.begin(), list->items.end(),
          [](const KubeObjectPtr& node) { return IsUsable(json::parse(node->json)); }));
    }
    has_account =
        plane.api().Get(Named(kServiceAccounts, "default", "default"), absl::Seconds(5)).ok();
    if (usable >= nodes && has_account) return absl::OkStatus();
    if (WasInterrupted(signals, kReadyPeriod)) {
      return MakeStatus(absl::StatusCode::kCancelled, "interrupted");
    }
  }
  return MakeStatus(absl::StatusCode::kUnavailable,
                    fmt::format("after a minute {} of {} nodes are ready{}", usable, nodes,
                                has_account ? "" : " and there is no default service account"));
}

absl::StatusOr<std::string> Answer(NodeManager& nodes, const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"status"}) return nodes.Describe();
  if (words.size() < 3) return MakeStatus(absl::StatusCode::kInvalidArgument, "unknown command");
  const std::string verb = words[0] + " " + words[1];
  absl::Status result = MakeStatus(absl::StatusCode::kInvalidArgument, "unknown command " + verb);
  if (verb == "node add" && words.size() == 4) result = nodes.AddNode(words[2], words[3]);
  if (verb == "node remove") result = nodes.RemoveNode(words[2]);
  if (verb == "node freeze") result = nodes.FreezeNode(words[2]);
  if (verb == "node thaw") result = nodes.ThawNode(words[2]);
  if (verb == "pod freeze") result = nodes.SetPodFrozen(words[2], true);
  if (verb == "pod thaw") result = nodes.SetPodFrozen(words[2], false);
  if (!result.ok()) return result;
  return std::string();
}

// Until SIGTERM or SIGINT (OK) or the end of a part of the control plane (its error).
absl::Status AwaitEnd(ControlPlane& plane, int signals) {
  std::vector<pollfd> descriptors = {{.fd = signals, .events = POLLIN, .revents = 0}};
  for (const int descriptor : plane.PollDescriptors()) {
    descriptors.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
  }
  while (descriptors[0].revents == 0) {
    RETURN_IF_ERROR(plane.Check());
    poll(descriptors.data(), descriptors.size(), -1);
  }
  return absl::OkStatus();
}

absl::Status RunClaimed(const StateDirectory& state, const SupervisorOptions& options, int signals,
                        const Say& say, const std::function<void()>& ready) {
  RETURN_IF_ERROR(CheckBwrap(state));
  ASSIGN_OR_RETURN(
      const std::unique_ptr<ControlPlane> plane,
      ControlPlane::Start(state,
                          {.binaries = options.kube_binaries,
                           .api_server_port = options.port,
                           .is_cancelled = [signals] { return WasInterrupted(signals); }},
                          say));
  ASSIGN_OR_RETURN(const int network, ClaimLoopbackNetwork());
  ASSIGN_OR_RETURN(const std::unique_ptr<LogServer> logs,
                   LogServer::Start(state.File("pki"), state.File("logs/pods")));
  NodeManager nodes(plane->api(), SystemClock(), SystemRandom(),
                    {.state_directory = state.path(),
                     .operator_programs = options.operator_programs,
                     .api_server_port = plane->api_server_port(),
                     .log_port = logs->port(),
                     .loopback_network = network});
  RETURN_IF_ERROR(nodes.Start());
  say(fmt::format("Adding {} nodes in {} zones", options.nodes, options.zones));
  for (int i = 0; i < options.nodes; ++i) {
    RETURN_IF_ERROR(nodes.AddNode(NodeName(i), ZoneName(i, options.zones)));
  }
  RETURN_IF_ERROR(AwaitUsable(*plane, options.nodes, signals));
  ASSIGN_OR_RETURN(const std::unique_ptr<ControlServer> control,
                   ControlServer::Start(state.path(), [&](const std::vector<std::string>& words) {
                     return Answer(nodes, words);
                   }));
  ready();
  return AwaitEnd(*plane, signals);
}

}  // namespace

std::string NodeName(int index) { return fmt::format("node-{}", index + 1); }

std::string ZoneName(int index, int zones) {
  return fmt::format("zone-{}", static_cast<char>('a' + index % zones));
}

absl::Status RunSupervisor(const SupervisorOptions& options, const Say& say,
                           const std::function<void()>& ready) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  const int signals = signalfd(-1, &set, SFD_CLOEXEC);
  const StateDirectory state(options.state);
  RETURN_IF_ERROR(state.Create());
  RETURN_IF_ERROR(state.Claim());
  const absl::Status result = RunClaimed(state, options, signals, say, ready);
  state.Remove();
  close(signals);
  return absl::IsCancelled(result) ? absl::OkStatus() : result;
}

}  // namespace redisop
