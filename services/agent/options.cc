#include "services/agent/options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/obs/build_info.h"

namespace redisop {

std::optional<int> ParseAgentOptions(int argc, char** argv, AgentOptions& options) {
  CLI::App app("Observes the redis-servers of this pod or host and executes steps on them.");
  app.set_version_flag("--version", VersionLine("redis-operator-agent"));
  const auto add = [&app](const std::string& name, const std::string& env, auto& value,
                          const std::string& help) {
    app.add_option(name, value, help)->envname("REDIS_OPERATOR_" + env)->capture_default_str();
  };
  add("--instances-dir", "INSTANCES_DIR", options.instances_dir,
      "Directory with one instance directory per redis-server");
  add("--listen", "LISTEN", options.listen, "Address for gRPC, host:port");
  add("--http-listen", "HTTP_LISTEN", options.http_listen,
      "Address for /metrics, /healthz, /readyz and /prestop, host:port");
  app.add_flag("--plaintext", options.security.plaintext, "gRPC without TLS")
      ->envname("REDIS_OPERATOR_PLAINTEXT");
  add("--tls-certificate", "TLS_CERTIFICATE", options.security.certificate_file,
      "PEM file with the certificate of this agent");
  add("--tls-key", "TLS_KEY", options.security.key_file, "PEM file with its key");
  add("--tls-ca", "TLS_CA", options.security.ca_file,
      "PEM file with the authorities whose clients may call");
  add("--redis-user", "REDIS_USER", options.redis_user, "User for AUTH");
  add("--redis-password-file", "REDIS_PASSWORD_FILE", options.redis_password_file,
      "File with the password for AUTH");
  add("--log-level", "LOG_LEVEL", options.log_level, "debug, info, warn, error or off");
  add("--log-format", "LOG_FORMAT", options.log_format, "json or text");
  SnapshotOptions snapshot;
  const CLI::App* snapshot_command = AddSnapshotCommand(app, snapshot);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (snapshot_command->parsed()) {
    options.snapshot = std::move(snapshot);
  }
  return std::nullopt;
}

absl::Status Validate(const AgentOptions& options) {
  std::vector<std::string> mistakes;
  const auto check = [&mistakes](const absl::Status& status) {
    if (!status.ok()) {
      mistakes.push_back(MessageOf(status));
    }
  };
  check(Validate(options.security));
  check(ParseLogLevel(options.log_level).status());
  check(ParseLogFormat(options.log_format).status());
  if (options.instances_dir.empty() || options.instances_dir.front() != '/') {
    mistakes.push_back("--instances-dir: must be an absolute path");
  }
  if (!options.redis_user.empty() && options.redis_password_file.empty()) {
    mistakes.push_back("--redis-user: needs --redis-password-file");
  }
  if (mistakes.empty()) {
    return absl::OkStatus();
  }
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("{}", fmt::join(mistakes, "; ")));
}

}  // namespace redisop
