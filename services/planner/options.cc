#include "services/planner/options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>

#include "common/obs/build_info.h"

namespace redisop {
namespace {

void AddServerOptions(CLI::App& app, PlannerOptions& options) {
  app.add_option("--listen", options.listen_address, "Address of the gRPC service, host:port")
      ->envname("REDIS_OPERATOR_LISTEN")
      ->capture_default_str();
  app.add_option("--http-listen", options.http_listen_address,
                 "Address of /metrics, /healthz and /readyz; empty: none")
      ->envname("REDIS_OPERATOR_HTTP_LISTEN")
      ->capture_default_str();
  app.add_flag("--plaintext", options.security.plaintext, "Serve without TLS")
      ->envname("REDIS_OPERATOR_PLAINTEXT");
  app.add_option("--tls-certificate", options.security.certificate_file,
                 "Own certificate chain, PEM file")
      ->envname("REDIS_OPERATOR_TLS_CERTIFICATE");
  app.add_option("--tls-key", options.security.key_file, "Key of the certificate, PEM file")
      ->envname("REDIS_OPERATOR_TLS_KEY");
  app.add_option("--tls-ca", options.security.ca_file, "Authorities that sign clients, PEM file")
      ->envname("REDIS_OPERATOR_TLS_CA");
  app.add_option("--log-format", options.log.format, "json or text")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, LogFormat>{{"json", LogFormat::kJson}, {"text", LogFormat::kText}}))
      ->envname("REDIS_OPERATOR_LOG_FORMAT");
  app.add_option("--log-level", options.log.level, "debug, info, warn, error or off")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, LogLevel>{{"debug", LogLevel::kDebug},
                                                                  {"info", LogLevel::kInfo},
                                                                  {"warn", LogLevel::kWarn},
                                                                  {"error", LogLevel::kError},
                                                                  {"off", LogLevel::kOff}}))
      ->envname("REDIS_OPERATOR_LOG_LEVEL");
}

void AddCommand(CLI::App& app, PlannerOptions& options, const std::string& name,
                const std::string& description) {
  CLI::App* command = app.add_subcommand(name, description);
  command->callback([&options, name] { options.command = name; });
  command
      ->add_option_function<std::string>(
          "-o,--output", [&options](const std::string& form) { options.json = form == "json"; },
          "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  if (name == "explain") {
    command->add_option("--primaries", options.primaries,
                        "Wished number of primaries, instead of what the request's spec says");
    command->add_option("--replicas", options.replicas,
                        "Wished replicas of each primary, likewise; 1 where nobody says it");
  }
}

}  // namespace

ParsedOptions ParsePlannerOptions(int argc, char** argv) {
  ParsedOptions parsed;
  CLI::App app(
      "Works out what brings a Redis Cluster to a wished shape. Without a command it "
      "serves gRPC.",
      "redis-operator-planner");
  app.set_version_flag("--version", VersionLine("redis-operator-planner"));
  app.require_subcommand(0, 1);
  AddServerOptions(app, parsed.options);
  AddCommand(app, parsed.options, "explain",
             "Read a ComputePlanRequest in JSON, what redis-operator-agent snapshot prints, or the "
             "text of CLUSTER NODES, and print the plan");
  AddCommand(app, parsed.options, "simulate",
             "Read a SimulatePlanRequest in JSON and print the resulting snapshot");
  AddCommand(app, parsed.options, "check",
             "Read a CheckPlanRequest in JSON and print how the plan stands");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    parsed.exit_code = app.exit(error) == 0 ? 0 : 2;
  }
  return parsed;
}

}  // namespace redisop
