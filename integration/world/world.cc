#include "integration/world/world.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/kube/curl_kube_api.h"
#include "common/kube/kube_config.h"
#include "common/testing/await.h"

namespace redisop::integration {
namespace {

using Json = nlohmann::json;

constexpr ResourceType kRedisClusters{"redisoperator.io", "v1alpha1", "redisclusters",
                                      "RedisCluster", true};
constexpr absl::Duration kApiTimeout = absl::Seconds(10);
constexpr int kRedisPort = 6379;

absl::Status Failed(const std::string& what, const std::string& output) {
  constexpr size_t kShown = 4000;
  return MakeStatus(
      absl::StatusCode::kInternal,
      fmt::format("{}:\n{}", what,
                  output.size() > kShown ? output.substr(output.size() - kShown) : output));
}

std::string ReadWhole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The parent of a process; 0 when the process is gone. Of "PID (NAME) STATE PARENT …", where the
// name may hold anything (proc(5)).
pid_t ParentOf(pid_t pid) {
  const std::string stat = ReadWhole(fmt::format("/proc/{}/stat", pid));
  const size_t end = stat.rfind(") ");
  return end == std::string::npos ? 0 : static_cast<pid_t>(std::atoi(stat.c_str() + end + 4));
}

bool Descends(pid_t pid, pid_t ancestor) {
  while (pid > 1 && pid != ancestor) {
    pid = ParentOf(pid);
  }
  return pid == ancestor;
}

std::string Text(const Json& object, const char* key) { return object.value(key, std::string()); }

ClusterState ParseState(const std::string& text) {
  const Json object = Json::parse(text);
  const Json status = object.value("status", Json::object());
  ClusterState state;
  state.uid = object["metadata"]["uid"];
  state.generation = object["metadata"].value("generation", int64_t{0});
  state.observed_generation = status.value("observedGeneration", int64_t{0});
  for (const Json& condition : status.value("conditions", Json::array())) {
    const std::string type = condition["type"];
    state.conditions[type] = Text(condition, "status");
    state.condition_messages[type] = Text(condition, "reason") + ": " + Text(condition, "message");
  }
  for (const Json& from : status.value("shards", Json::array())) {
    Shard shard{Text(from, "name"), Text(from, "slots"), {}};
    for (const Json& member : from.value("members", Json::array())) {
      shard.members.push_back({Text(member, "pod"), Text(member, "nodeID"), Text(member, "role"),
                               Text(member, "zone")});
    }
    state.shards.push_back(shard);
  }
  const Json plan = status.value("plan", Json::object());
  state.plan_digest = Text(plan, "digest");
  state.plan_summary = Text(plan, "summary");
  return state;
}

// What keeps a state from being ready in that shape; empty when nothing does.
std::string MissingFor(const ClusterState& state, const Shape& shape) {
  if (state.observed_generation != state.generation) {
    return fmt::format("observed generation {} of {}", state.observed_generation, state.generation);
  }
  if (const auto ready = state.conditions.find("Ready");
      ready == state.conditions.end() || ready->second != "True") {
    return "Ready is not True";
  }
  if (state.shards.size() != static_cast<size_t>(shape.primaries)) {
    return fmt::format("{} shards", state.shards.size());
  }
  for (const Shard& shard : state.shards) {
    if (shard.members.size() != static_cast<size_t>(shape.replicas) + 1) {
      return fmt::format("shard {} has {} members", shard.name, shard.members.size());
    }
  }
  return "";
}

}  // namespace

std::string BinaryDirectory() { return REDIS_OPERATOR_BINARY_DIRECTORY; }
std::string SourceDirectory() { return REDIS_OPERATOR_SOURCE_DIRECTORY; }

absl::StatusOr<std::unique_ptr<World>> World::Start() {
  std::unique_ptr<World> world(new World);
  RETURN_IF_ERROR(world->StartSandbox());
  RETURN_IF_ERROR(world->InstallOperator());
  return world;
}

World::~World() {
  api_.reset();
  if (sandbox_ != nullptr) {
    sandbox_->Terminate(absl::Seconds(30));
  }
}

absl::Status World::StartSandbox() {
  const std::string state = directory_.File("s");
  ASSIGN_OR_RETURN(
      sandbox_, Process::Start({.arguments = {BinaryDirectory() + "/redis-operator-sandbox", "up",
                                              "--foreground", "--state", state, "--nodes", "6",
                                              "--zones", "3"},
                                .environment = {},
                                .working_directory = "",
                                .output_file = directory_.File("sandbox.log"),
                                .input = ""}));
  RETURN_IF_ERROR(sandbox_->WaitForOutput("kubeconfig", absl::Minutes(2)));
  kubeconfig_ = state + "/kubeconfig";
  ASSIGN_OR_RETURN(KubeConfig config, LoadKubeConfig(kubeconfig_));
  ASSIGN_OR_RETURN(api_, MakeCurlKubeApi(std::move(config)));
  return absl::OkStatus();
}

absl::Status World::InstallOperator() {
  return Output({"helm", "install", "op", SourceDirectory() + "/charts/redis-operator", "--wait"},
                "", absl::Minutes(2))
      .status();
}

absl::StatusOr<Finished> World::Run(const std::vector<std::string>& arguments,
                                    const std::string& input, absl::Duration timeout) {
  const std::string tools = SourceDirectory() + "/build/kube/bin";
  std::vector<std::string> resolved = arguments;
  if (std::filesystem::exists(tools + "/" + arguments[0])) {
    resolved[0] = tools + "/" + arguments[0];
  }
  return RunProcess({.arguments = resolved,
                     .environment = {{"KUBECONFIG", kubeconfig_},
                                     {"HOME", directory_.path()},
                                     {"PATH", tools + ":" + std::string(getenv("PATH"))}},
                     .working_directory = "",
                     .output_file = "",
                     .input = input},
                    timeout);
}

absl::StatusOr<std::string> World::Output(const std::vector<std::string>& arguments,
                                          const std::string& input, absl::Duration timeout) {
  ASSIGN_OR_RETURN(Finished finished, Run(arguments, input, timeout));
  if (finished.exit_code != 0) {
    return Failed(fmt::format("{} {} ended with {}", arguments[0],
                              arguments.size() > 1 ? arguments[1] : "", finished.exit_code),
                  finished.output);
  }
  return finished.output;
}

absl::Status World::InstallCluster(const std::string& name,
                                   const std::vector<std::string>& values) {
  std::vector<std::string> arguments = {"helm", "install", name,
                                        SourceDirectory() + "/charts/redis-cluster"};
  for (const std::string& value : values) {
    arguments.insert(arguments.end(), {"--set", value});
  }
  return Output(arguments).status();
}

absl::Status World::PatchSpec(const std::string& name, const std::string& spec_json) {
  return api_
      ->Patch(Named(kRedisClusters, "default", name), fmt::format(R"({{"spec":{}}})", spec_json),
              {.type = PatchType::kMerge, .field_manager = "integration"}, kApiTimeout)
      .status();
}

absl::StatusOr<ClusterState> World::State(const std::string& name) {
  ASSIGN_OR_RETURN(const KubeObject object,
                   api_->Get(Named(kRedisClusters, "default", name), kApiTimeout));
  return ParseState(object.json);
}

absl::Status World::AwaitReady(const std::string& name, const Shape& shape,
                               absl::Duration timeout) {
  std::string missing = "never read";
  ClusterState last;
  const bool ready = Await(timeout, [&] {
    absl::StatusOr<ClusterState> state = State(name);
    if (!state.ok()) {
      missing = ToString(state.status());
      return false;
    }
    last = *std::move(state);
    missing = MissingFor(last, shape);
    return missing.empty();
  });
  if (ready) {
    return absl::OkStatus();
  }
  std::string text = fmt::format("{} is not ready with {}x{} after {}: {}", name, shape.primaries,
                                 shape.replicas, absl::FormatDuration(timeout), missing);
  for (const auto& [type, message] : last.condition_messages) {
    text += fmt::format("\n  {} {} {}", type, last.conditions[type], message);
  }
  return MakeStatus(absl::StatusCode::kDeadlineExceeded, text);
}

absl::StatusOr<std::string> World::PodIp(const std::string& pod) {
  ASSIGN_OR_RETURN(const KubeObject object, api_->Get(Named(kPods, "default", pod), kApiTimeout));
  const std::string ip = Text(Json::parse(object.json).value("status", Json::object()), "podIP");
  if (ip.empty()) {
    return MakeStatus(absl::StatusCode::kUnavailable, pod + " has no address yet");
  }
  return ip;
}

absl::StatusOr<std::vector<Endpoint>> World::Endpoints(const std::string& name) {
  ASSIGN_OR_RETURN(
      const ObjectList pods,
      api_->List(Collection(kPods, "default"),
                 {.selector = {.labels = "redisoperator.io/cluster=" + name, .fields = ""},
                  .resource_version = "",
                  .limit = 0,
                  .continue_token = ""},
                 kApiTimeout));
  std::vector<Endpoint> endpoints;
  for (const KubeObjectPtr& pod : pods.items) {
    const std::string ip = Text(Json::parse(pod->json).value("status", Json::object()), "podIP");
    if (!ip.empty() && !pod->meta.deletion_time.has_value()) {
      endpoints.push_back({ip, kRedisPort});
    }
  }
  if (endpoints.empty()) {
    return MakeStatus(absl::StatusCode::kUnavailable, name + " has no pod with an address");
  }
  return endpoints;
}

absl::StatusOr<std::string> World::BridgeAddress() {
  ASSIGN_OR_RETURN(const std::string ip,
                   Output({"kubectl", "get", "pods", "-l", "app.kubernetes.io/component=bridge",
                           "-o", "jsonpath={.items[0].status.podIP}"}));
  return ip + ":9090";
}

absl::StatusOr<std::string> World::RedisCli(const std::string& pod,
                                            const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const std::string ip, PodIp(pod));
  std::vector<std::string> all = {"redis-cli", "-h", ip, "-p", std::to_string(kRedisPort)};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return Output(all);
}

absl::Status World::CheckCluster(const std::string& name) {
  ASSIGN_OR_RETURN(const std::vector<Endpoint> endpoints, Endpoints(name));
  for (const Endpoint& endpoint : endpoints) {
    const std::string address = fmt::format("{}:{}", endpoint.host, endpoint.port);
    RETURN_IF_ERROR(Output({"redis-cli", "--cluster", "check", address}).status());
  }
  return absl::OkStatus();
}

std::vector<pid_t> World::Processes(const std::vector<std::string>& texts) const {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    std::string command = ReadWhole(entry.path() / "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    const bool all = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
      return command.find(text) != std::string::npos;
    });
    const auto pid = static_cast<pid_t>(std::stol(name));
    if (all && command.find("bwrap") == std::string::npos && Descends(pid, sandbox_->pid())) {
      found.push_back(pid);
    }
  }
  return found;
}

std::string World::Logs() {
  std::string text;
  for (const char* component : {"bridge", "planner"}) {
    const auto logs = Output({"kubectl", "logs", "--tail=60", "-l",
                              fmt::format("app.kubernetes.io/component={}", component)});
    text += fmt::format("--- {}\n{}\n", component, logs.ok() ? *logs : ToString(logs.status()));
  }
  return text;
}

}  // namespace redisop::integration
