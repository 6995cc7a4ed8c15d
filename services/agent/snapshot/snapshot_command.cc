#include "services/agent/snapshot/snapshot_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/instances/disk.h"
#include "services/agent/snapshot/snapshot_wire.h"
#include "services/agent/snapshot/survey.h"
#include "services/agent/worker_pool.h"

namespace redisop {
namespace {

constexpr size_t kAskedAtATime = 64;
constexpr size_t kNodesMax = 20000;  // as the planner takes
constexpr double kTimeoutSecondsMax = 600;

void Say(std::string_view line) { fmt::print(stderr, "redis-operator-agent: {}\n", line); }

// All mistakes at once.
absl::Status Check(const SnapshotOptions& options) {
  std::vector<std::string> mistakes;
  for (const std::string& seed : options.seeds) {
    if (const auto address = ParseRedisAddress(seed); !address.ok()) {
      mistakes.push_back("--seed: " + MessageOf(address.status()));
    }
  }
  const TlsFiles& files = options.tls_files;
  if (!options.tls &&
      !(files.ca_file + files.certificate_file + files.key_file + files.server_name).empty()) {
    mistakes.emplace_back("--tls-ca, --tls-certificate, --tls-key, --tls-server-name: need --tls");
  }
  if (files.certificate_file.empty() != files.key_file.empty()) {
    mistakes.emplace_back("--tls-certificate, --tls-key: give both or none");
  }
  if (!(options.timeout_seconds > 0 && options.timeout_seconds <= kTimeoutSecondsMax)) {
    mistakes.push_back(
        fmt::format("--timeout: must be above 0 and at most {}", kTimeoutSecondsMax));
  }
  return mistakes.empty() ? absl::OkStatus()
                          : MakeStatus(absl::StatusCode::kInvalidArgument,
                                       fmt::format("{}", fmt::join(mistakes, "; ")));
}

absl::StatusOr<std::unique_ptr<RedisConnector>> MakeConnector(const SnapshotOptions& options) {
  RedisConnectorOptions connector{.user = options.user};
  if (!options.password_file.empty()) {
    ASSIGN_OR_RETURN(connector.password, SystemDisk().Read(options.password_file));
    connector.password.erase(connector.password.find_last_not_of("\r\n") + 1);
  } else if (const char* password = std::getenv("REDISCLI_AUTH"); password != nullptr) {
    connector.password = password;
  }
  if (options.tls) {
    return MakeTlsConnector(std::move(connector), options.tls_files);
  }
  return MakeSocketConnector(std::move(connector));
}

absl::StatusOr<Survey> Take(const SnapshotOptions& options) {
  SurveyOptions survey{
      .ask = {.timeout = absl::Seconds(options.timeout_seconds), .slot_loads = options.slot_loads}};
  for (const std::string& seed : options.seeds) {
    ASSIGN_OR_RETURN(RedisAddress address, ParseRedisAddress(seed));
    survey.seeds.push_back(std::move(address));
  }
  ASSIGN_OR_RETURN(const auto connector, MakeConnector(options));
  WorkerPool pool(kAskedAtATime, kNodesMax);
  return TakeSurvey(survey, *connector, pool, SystemClock(), [](size_t asked, size_t known) {
    Say(fmt::format("asked {} of {} nodes", asked, known));
  });
}

// What most often is behind a refusal.
std::string_view Hint(const SnapshotOptions& options, std::string_view message) {
  const auto says = [&](std::string_view words) {
    return message.find(words) != std::string_view::npos;
  };
  if (says("NOAUTH")) {
    return " (give --password-file, and --user where it is not the default user)";
  }
  if (!options.tls && (says("closed the connection") || says("reset by peer"))) {
    return " (give --tls if it wants TLS)";
  }
  if (says("TLS: no answer")) {
    return " (perhaps that port does not speak TLS)";
  }
  return "";
}

void SayWhatIsMissing(const Survey& survey) {
  for (const std::string& remark : survey.remarks) {
    Say(remark);
  }
  const auto unobserved = std::count_if(survey.snapshot.nodes.begin(), survey.snapshot.nodes.end(),
                                        [](const Node& node) { return node.unobserved; });
  if (unobserved > 0) {
    Say(
        fmt::format("{} of {} nodes are in the snapshot as unobserved; a node is asked at the "
                    "address it announces, and at those given with --seed",
                    unobserved, survey.snapshot.nodes.size()));
  }
}

}  // namespace

CLI::App* AddSnapshotCommand(CLI::App& app, SnapshotOptions& options) {
  CLI::App* command = app.add_subcommand(
      "snapshot",
      "Print the snapshot of a running Redis or Valkey Cluster, ours or not, for "
      "redis-operator-planner explain");
  command
      ->add_option("--seed", options.seeds,
                   "Address of a node, host:port; it leads to all others. Several: also nodes that "
                   "are not in the cluster yet, or addresses that can be reached from here")
      ->required();
  command->add_option("--user", options.user, "User for AUTH");
  command->add_option("--password-file", options.password_file,
                      "File with the password for AUTH; else the environment variable "
                      "REDISCLI_AUTH, if it is set");
  command->add_flag("--tls", options.tls, "Connect with TLS");
  command->add_option("--tls-ca", options.tls_files.ca_file,
                      "PEM file with the authorities of the servers; else those of the system");
  command->add_option("--tls-certificate", options.tls_files.certificate_file,
                      "PEM file with an own certificate");
  command->add_option("--tls-key", options.tls_files.key_file, "PEM file with its key");
  command->add_option("--tls-server-name", options.tls_files.server_name,
                      "Name that the servers' certificates carry; else the host of each address");
  command->add_option("--timeout", options.timeout_seconds, "Seconds to wait for each answer")
      ->capture_default_str();
  command->add_flag("--slot-loads", options.slot_loads,
                    "Also the keys and bytes of each slot, for plans that balance by them");
  return command;
}

int RunSnapshot(const SnapshotOptions& options) {
  if (const absl::Status valid = Check(options); !valid.ok()) {
    Say(MessageOf(valid));
    return 2;
  }
  const absl::StatusOr<Survey> survey = Take(options);
  if (!survey.ok()) {
    const std::string message = MessageOf(survey.status());
    Say(fmt::format("{}{}", message, Hint(options, message)));
    return 1;
  }
  SayWhatIsMissing(*survey);
  const absl::StatusOr<std::string> json = RequestJson(survey->snapshot);
  if (!json.ok()) {
    Say(MessageOf(json.status()));
    return 1;
  }
  if (std::fputs(json->c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    Say("standard output cannot be written");
    return 1;
  }
  return 0;
}

}  // namespace redisop
