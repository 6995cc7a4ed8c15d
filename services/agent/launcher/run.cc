#include "services/agent/launcher/run.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <iostream>

#include "services/agent/launcher/files.h"
#include "services/agent/launcher/identity.h"
#include "services/agent/launcher/instance_dir.h"
#include "services/agent/launcher/succession.h"

namespace redisop {
namespace {

Outcome ReadVariable(const char* name, std::string& value) {
  const char* found = std::getenv(name);
  if (found == nullptr || *found == '\0') {
    return {kExitUsage, std::string("environment variable ") + name + " is not set"};
  }
  value = found;
  return {};
}

Outcome ReadIdentity(PodIdentity& identity) {
  std::string member;
  struct {
    const char* name;
    std::string* value;
  } const variables[] = {{"POD_NAME", &identity.pod},
                         {"POD_UID", &identity.pod_uid},
                         {"POD_IP", &identity.pod_ip},
                         {"REDIS_OPERATOR_CLUSTER_UID", &identity.owner.cluster_uid},
                         {"REDIS_OPERATOR_SHARD", &identity.owner.shard},
                         {"REDIS_OPERATOR_MEMBER", &member}};
  for (const auto& variable : variables) {
    if (Outcome outcome = ReadVariable(variable.name, *variable.value); !outcome.ok()) {
      return outcome;
    }
  }
  const auto [end, error] =
      std::from_chars(member.data(), member.data() + member.size(), identity.owner.member);
  if (error != std::errc() || *end != '\0' || identity.owner.member < 0) {
    return {kExitUsage, "REDIS_OPERATOR_MEMBER is not a number: " + member};
  }
  if (identity.pod_uid.find('/') != std::string::npos) {
    return {kExitUsage, "POD_UID can't be the name of a directory: " + identity.pod_uid};
  }
  return {};
}

// "20260131T235959Z"
std::string Timestamp() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
  return text;
}

Outcome Become(const std::string& configuration) {
  for (const char* server : {"redis-server", "valkey-server"}) {
    const char* const arguments[] = {server, configuration.c_str(), nullptr};
    execvp(server, const_cast<char* const*>(arguments));
    if (errno != ENOENT) {
      return {kExitNoServer, std::string("exec ") + server + ": " + std::strerror(errno)};
    }
  }
  return {kExitNoServer, "neither redis-server nor valkey-server is in PATH"};
}

}  // namespace

Outcome Run(const RunOptions& options) {
  PodIdentity identity;
  if (Outcome outcome = ReadIdentity(identity); !outcome.ok()) return outcome;
  const std::optional<Settings> settings = Settings::Read(options.config);
  if (!settings) {
    return {kExitIoError, "can't read " + options.config + ", or a file that it includes"};
  }

  // The lock first: nobody else touches the data from here on.
  const std::string directory = options.instances_dir + "/" + identity.pod_uid;
  Outcome outcome = MakeInstanceDir(directory);
  if (outcome.ok()) outcome = HoldInstanceLock(directory);
  if (outcome.ok()) outcome = ClaimVolume(options.data_dir, identity.owner);
  if (outcome.ok() && WouldReturnEmpty(options.data_dir, *settings)) {
    const std::string former = ReadFile(options.data_dir + "/nodes.conf").value_or("");
    AwaitSuccession(ReadFormerSelf(former), identity.pod_ip, *settings);
  }
  std::string report;
  if (outcome.ok()) outcome = GuardIdentity(options.data_dir, *settings, Timestamp(), report);
  if (!report.empty()) {
    std::cerr << "The dataset of this node is gone, so it comes back as a new, empty node\n"
              << report << std::flush;
  }
  if (outcome.ok()) {
    outcome = WriteConfiguration(directory, identity, options.config, options.data_dir);
  }
  if (outcome.ok()) {
    outcome = WriteInstanceFile(directory, identity, *settings, options.data_dir);
  }
  if (!outcome.ok()) return outcome;
  return Become(directory + "/redis.conf");
}

}  // namespace redisop
