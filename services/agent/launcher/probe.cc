#include "services/agent/launcher/probe.h"

#include <optional>

#include "services/agent/launcher/resp_client.h"
#include "services/agent/launcher/settings.h"

namespace redisop {
namespace {

constexpr int kDeadlineMilliseconds = 1000;
constexpr int kExitNo = 1;

bool IsError(const std::string& reply) { return reply.starts_with('-'); }

// The first line, without its end.
std::string FirstLine(const std::string& reply) { return reply.substr(0, reply.find("\r\n")); }

// AUTH with the configuration's own password, if it sets one. A changed one shows as NOAUTH.
void Authenticate(RespClient& client, const std::string& instance_dir) {
  const std::optional<Settings> settings = Settings::Read(instance_dir + "/redis.conf");
  const std::string password = settings ? settings->Value("requirepass", "") : "";
  if (!password.empty()) client.Call({"AUTH", password});
}

}  // namespace

Outcome ProbeLive(const std::string& instance_dir) {
  RespClient client(instance_dir + "/redis.sock", kDeadlineMilliseconds);
  const std::optional<std::string> pong = client.Call({"PING"});
  if (!pong) return {kExitNo, client.error()};
  for (const char* alive : {"+PONG", "-LOADING", "-BUSY", "-MASTERDOWN", "-NOAUTH", "-NOPERM"}) {
    if (pong->starts_with(alive)) return {};
  }
  return {kExitNo, "PING: " + FirstLine(*pong)};
}

Outcome ProbeReady(const std::string& instance_dir) {
  RespClient client(instance_dir + "/redis.sock", kDeadlineMilliseconds);
  Authenticate(client, instance_dir);
  struct {
    const char* name;
    std::optional<std::string> reply;
  } questions[] = {{"PING", client.Call({"PING"})},
                   {"CLUSTER INFO", client.Call({"CLUSTER", "INFO"})},
                   {"INFO", client.Call({"INFO", "replication"})}};
  for (const auto& question : questions) {
    if (!question.reply) return {kExitNo, client.error()};
    if (IsError(*question.reply)) {
      return {kExitNo, std::string(question.name) + ": " + FirstLine(*question.reply)};
    }
  }
  if (questions[1].reply->find("cluster_state:ok\r\n") == std::string::npos) {
    return {kExitNo, "cluster_state is not ok"};
  }
  const std::string& replication = *questions[2].reply;
  if (replication.find("role:master\r\n") != std::string::npos) return {};
  if (replication.find("master_link_status:up\r\n") != std::string::npos) return {};
  return {kExitNo, "a replica without a link to its primary"};
}

}  // namespace redisop
