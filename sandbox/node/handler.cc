#include "sandbox/node/handler.h"

#include <curl/curl.h>

#include "common/base/status.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "sandbox/process/child_process.h"

namespace redisop {
namespace {

using nlohmann::json;

absl::Status Failed(const std::string& why) {
  return MakeStatus(absl::StatusCode::kFailedPrecondition, why);
}

int PortOf(const json& handler, const HandlerTarget& target) {
  const json port = handler.value("port", json(0));
  if (port.is_number_integer()) return port.get<int>();
  for (const auto& [name, number] : target.named_ports) {
    if (port == name) return number;
  }
  return 0;
}

size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

// One request, or with `connect_only` one connection. The answer's code in `code`.
CURLcode Request(const std::string& url, bool connect_only, absl::Duration timeout, long* code) {
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(timeout)));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "kube-probe/sandbox");
  // As a kubelet: probes do not know the certificate.
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Discard);
  if (connect_only) curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
  const CURLcode result = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, code);
  curl_easy_cleanup(curl);
  return result;
}

absl::Status HttpGet(const json& get, const HandlerTarget& target, absl::Duration timeout) {
  const bool is_tls = get.value("scheme", "HTTP") == "HTTPS";
  std::string path = get.value("path", "/");
  if (!path.starts_with("/")) path = "/" + path;
  const std::string url = fmt::format("{}://{}:{}{}", is_tls ? "https" : "http",
                                      get.value("host", target.address), PortOf(get, target), path);
  long code = 0;
  const CURLcode result = Request(url, false, timeout, &code);
  if (result != CURLE_OK) return Failed(fmt::format("{}: {}", url, curl_easy_strerror(result)));
  if (code < 200 || code >= 400) return Failed(fmt::format("{}: answered {}", url, code));
  return absl::OkStatus();
}

absl::Status TcpSocket(const json& socket, const HandlerTarget& target, absl::Duration timeout) {
  const std::string url =
      fmt::format("http://{}:{}", socket.value("host", target.address), PortOf(socket, target));
  long code = 0;
  const CURLcode result = Request(url, true, timeout, &code);
  return result == CURLE_OK ? absl::OkStatus()
                            : Failed(fmt::format("{}: {}", url, curl_easy_strerror(result)));
}

absl::Status Exec(const json& exec, const HandlerTarget& target, absl::Duration timeout) {
  ContainerCommand command = target.command;
  command.command = exec.value("command", std::vector<std::string>());
  if (command.command.empty()) return Failed("exec without a command");
  const absl::StatusOr<int> code = RunToEnd(
      {.arguments = MakeContainerCommand(command), .environment = target.environment}, timeout);
  if (!code.ok()) return Failed(fmt::format("exec: {}", MessageOf(code.status())));
  if (*code != 0) return Failed(fmt::format("exec {}: exit code {}", command.command[0], *code));
  return absl::OkStatus();
}

}  // namespace

absl::Status RunHandler(const json& handler, const HandlerTarget& target, absl::Duration timeout) {
  if (handler.contains("httpGet")) return HttpGet(handler["httpGet"], target, timeout);
  if (handler.contains("tcpSocket")) return TcpSocket(handler["tcpSocket"], target, timeout);
  if (handler.contains("exec")) return Exec(handler["exec"], target, timeout);
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    "probes and hooks other than exec, httpGet and tcpSocket are not supported by "
                    "the sandbox");
}

}  // namespace redisop
