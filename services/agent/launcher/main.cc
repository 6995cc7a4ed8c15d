#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "services/agent/launcher/install.h"
#include "services/agent/launcher/instance_dir.h"
#include "services/agent/launcher/probe.h"
#include "services/agent/launcher/run.h"

namespace redisop {
namespace {

constexpr char kHelp[] =
    R"(Starts redis-server (or valkey-server) for redis-operator, if its data says this is safe.

redis-operator-launcher install DIR    copy this program into DIR
redis-operator-launcher run            check the data, write the configuration, become redis-server
    --config FILE          base configuration (/etc/redis-operator/redis.conf)
    --data-dir DIR         the node's data (/data)
    --instances-dir DIR    where the agent finds the node (/run/redis-operator)
redis-operator-launcher probe live     exit code 0 when redis-server answers
redis-operator-launcher probe ready    exit code 0 when it serves its part of the cluster
    --instances-dir DIR
redis-operator-launcher --version | --help

Exit codes: 64 usage, 74 file error, 75 the earlier redis-server still runs, 78 the data must not be
served, 127 no server program. run reads POD_NAME, POD_UID, POD_IP, REDIS_OPERATOR_CLUSTER_UID,
REDIS_OPERATOR_SHARD and REDIS_OPERATOR_MEMBER.
)";

// Takes "--name value" and "--name=value" out of `words`; what is left are the plain words.
Outcome TakeFlags(std::vector<std::string>& words,
                  const std::map<std::string, std::string*>& flags) {
  std::vector<std::string> plain;
  for (size_t i = 0; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    const auto flag = flags.find(words[i].substr(0, equals));
    if (!words[i].starts_with("--")) {
      plain.push_back(words[i]);
    } else if (flag == flags.end()) {
      return {kExitUsage, "unknown flag " + words[i] + "; see --help"};
    } else if (equals != std::string::npos) {
      *flag->second = words[i].substr(equals + 1);
    } else if (i + 1 == words.size()) {
      return {kExitUsage, words[i] + " needs a value"};
    } else {
      *flag->second = words[++i];
    }
  }
  words = plain;
  return {};
}

Outcome Probe(const std::string& instances_dir, const std::string& kind) {
  const char* pod_uid = std::getenv("POD_UID");
  const std::optional<std::string> directory =
      FindInstanceDir(instances_dir, pod_uid == nullptr ? "" : pod_uid);
  if (!directory) return {1, "not exactly one instance in " + instances_dir};
  return kind == "live" ? ProbeLive(*directory) : ProbeReady(*directory);
}

Outcome Dispatch(std::vector<std::string> words) {
  RunOptions options;
  const Outcome flags = TakeFlags(words, {{"--config", &options.config},
                                          {"--data-dir", &options.data_dir},
                                          {"--instances-dir", &options.instances_dir}});
  if (!flags.ok()) return flags;
  if (words == std::vector<std::string>{"run"}) return Run(options);
  if (words.size() == 2 && words[0] == "install") return Install(words[1]);
  if (words.size() == 2 && words[0] == "probe" && (words[1] == "live" || words[1] == "ready")) {
    return Probe(options.instances_dir, words[1]);
  }
  return {kExitUsage,
          "usage: redis-operator-launcher install DIR | run | probe live|ready; see --help"};
}

}  // namespace
}  // namespace redisop

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words == std::vector<std::string>{"--help"}) {
    std::cout << redisop::kHelp;
    return 0;
  }
  if (words == std::vector<std::string>{"--version"}) {
    std::cout << "redis-operator-launcher " REDIS_OPERATOR_VERSION "\n";
    return 0;
  }
  const redisop::Outcome outcome = redisop::Dispatch(words);
  if (!outcome.ok()) std::cerr << "redis-operator-launcher: " << outcome.message << "\n";
  return outcome.exit_code;
}
