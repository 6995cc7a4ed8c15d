#include "common/redis/redis_address.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "common/base/status.h"

namespace redisop {
namespace {

std::optional<int> ParsePort(std::string_view text) {
  int port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || port < 1 || port > 65535) {
    return std::nullopt;
  }
  return port;
}

absl::Status Wrong(std::string_view text, std::string_view why) {
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("address \"{}\": {}", text.substr(0, 100), why));
}

}  // namespace

RedisAddress UnixAddress(std::string_view path) { return {.unix_path = std::string(path)}; }

RedisAddress TcpAddress(std::string_view host, int port) {
  return {.host = std::string(host), .port = port};
}

absl::StatusOr<RedisAddress> ParseRedisAddress(std::string_view text) {
  RedisAddress address;
  std::string_view rest = text.substr(0, text.find(','));
  if (const size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::optional<int> bus_port = ParsePort(rest.substr(at + 1));
    if (!bus_port) {
      return Wrong(text, "the bus port is not a number from 1 to 65535");
    }
    address.bus_port = *bus_port;
    rest = rest.substr(0, at);
  }
  const size_t colon = rest.rfind(':');
  const std::optional<int> port =
      colon == std::string_view::npos ? std::nullopt : ParsePort(rest.substr(colon + 1));
  if (!port) {
    return Wrong(text, "the port is not a number from 1 to 65535");
  }
  address.port = *port;
  std::string_view host = rest.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.empty()) {
    return Wrong(text, "no host");
  }
  address.host = std::string(host);
  return address;
}

std::string ToString(const RedisAddress& address) {
  if (!address.unix_path.empty()) {
    return address.unix_path;
  }
  const bool v6 = address.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", address.host, address.port)
            : fmt::format("{}:{}", address.host, address.port);
}

}  // namespace redisop
