#include "common/redis/server_info.h"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

using Lines = std::map<std::string_view, std::string_view>;

// "name:value" lines; section titles ("# Server") and empty lines are left out.
Lines SplitLines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') {
      line.remove_suffix(1);
    }
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && line.front() != '#') {
      lines.emplace(line.substr(0, colon), line.substr(colon + 1));
    }
  }
  return lines;
}

std::string_view Text(const Lines& lines, std::string_view name) {
  const auto at = lines.find(name);
  return at == lines.end() ? std::string_view() : at->second;
}

// Leaves `out` alone when the line is missing.
template <typename Number>
absl::Status Read(const Lines& lines, std::string_view name, Number& out) {
  const auto at = lines.find(name);
  if (at == lines.end()) {
    return absl::OkStatus();
  }
  const std::string_view text = at->second;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || stop != text.data() + text.size()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("{}: \"{}\" is not a number", name, text.substr(0, 100)));
  }
  return absl::OkStatus();
}

// "ip=10.0.0.2,port=6379,state=online" as the lines "ip:10.0.0.2", …
Lines SplitPairs(std::string_view text) {
  Lines pairs;
  while (!text.empty()) {
    const size_t end = text.find(',');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      pairs.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    }
  }
  return pairs;
}

absl::Status ReadVersion(const Lines& lines, ServerInfo& info) {
  info.is_valkey = Text(lines, "server_name") == "valkey";
  const std::string_view number = Text(lines, info.is_valkey ? "valkey_version" : "redis_version");
  info.version = info.is_valkey ? fmt::format("valkey {}", number) : std::string(number);
  const char* end = number.data() + number.size();
  const auto [dot, error] = std::from_chars(number.data(), end, info.version_major);
  if (error != std::errc()) {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("version: \"{}\" is not a version", number.substr(0, 100)));
  }
  if (dot != end && *dot == '.') {
    std::from_chars(dot + 1, end, info.version_minor);
  }
  return absl::OkStatus();
}

absl::Status ReadReplicaSide(const Lines& lines, ServerInfo& info) {
  info.primary_host = std::string(Text(lines, "master_host"));
  RETURN_IF_ERROR(Read(lines, "master_port", info.primary_port));
  RETURN_IF_ERROR(Read(lines, "master_last_io_seconds_ago", info.primary_silent_seconds));
  RETURN_IF_ERROR(Read(lines, "slave_repl_offset", info.offset));
  if (Text(lines, "master_sync_in_progress") == "1") {
    info.link = Link::kSyncing;
    int64_t left = 0;  // -1 while a diskless synchronisation doesn't know it
    RETURN_IF_ERROR(Read(lines, "master_sync_left_bytes", left));
    info.lag_bytes = left > 0 ? static_cast<uint64_t>(left) : 0;
    return absl::OkStatus();
  }
  info.link = Text(lines, "master_link_status") == "up" ? Link::kInSync : Link::kDown;
  uint64_t received = info.offset;
  RETURN_IF_ERROR(Read(lines, "slave_read_repl_offset", received));
  info.lag_bytes = received > info.offset ? received - info.offset : 0;
  return absl::OkStatus();
}

absl::Status ReadPrimarySide(const Lines& lines, ServerInfo& info) {
  RETURN_IF_ERROR(Read(lines, "master_repl_offset", info.offset));
  uint64_t count = 0;
  RETURN_IF_ERROR(Read(lines, "connected_slaves", count));
  for (uint64_t i = 0; i < count && i < 1000; ++i) {
    const Lines pairs = SplitPairs(Text(lines, fmt::format("slave{}", i)));
    AttachedReplica replica;
    replica.host = std::string(Text(pairs, "ip"));
    replica.online = Text(pairs, "state") == "online";
    RETURN_IF_ERROR(Read(pairs, "port", replica.port));
    RETURN_IF_ERROR(Read(pairs, "offset", replica.offset));
    if (!replica.host.empty()) {
      info.replicas.push_back(std::move(replica));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ServerInfo> ParseServerInfo(std::string_view text) {
  const Lines lines = SplitLines(text);
  ServerInfo info;
  RETURN_IF_ERROR(ReadVersion(lines, info));
  info.run_id = std::string(Text(lines, "run_id"));
  info.loading = Text(lines, "loading") == "1";
  RETURN_IF_ERROR(Read(lines, "uptime_in_seconds", info.uptime_seconds));
  RETURN_IF_ERROR(Read(lines, "used_memory", info.used_memory_bytes));
  RETURN_IF_ERROR(Read(lines, "used_memory_dataset", info.dataset_bytes));
  RETURN_IF_ERROR(Read(lines, "maxmemory", info.max_memory_bytes));
  RETURN_IF_ERROR(Read(lines, "connected_clients", info.clients));
  RETURN_IF_ERROR(Read(lines, "number_of_libraries", info.function_libraries));
  const Lines keyspace = SplitPairs(Text(lines, "db0"));
  RETURN_IF_ERROR(Read(keyspace, "keys", info.keys));
  const std::string_view role = Text(lines, "role");
  if (role == "slave") {
    info.role = Role::kReplica;
    RETURN_IF_ERROR(ReadReplicaSide(lines, info));
  } else if (role == "master") {
    RETURN_IF_ERROR(ReadPrimarySide(lines, info));
  } else {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("role: \"{}\" is no role", role.substr(0, 100)));
  }
  return info;
}

absl::StatusOr<ClusterInfo> ParseClusterInfo(std::string_view text) {
  const Lines lines = SplitLines(text);
  ClusterInfo info;
  const std::string_view state = Text(lines, "cluster_state");
  if (state != "ok" && state != "fail") {
    return MakeStatus(absl::StatusCode::kInvalidArgument,
                      fmt::format("cluster_state: \"{}\" is no state", state.substr(0, 100)));
  }
  info.state_ok = state == "ok";
  RETURN_IF_ERROR(Read(lines, "cluster_slots_assigned", info.slots_assigned));
  RETURN_IF_ERROR(Read(lines, "cluster_known_nodes", info.known_nodes));
  RETURN_IF_ERROR(Read(lines, "cluster_size", info.size));
  RETURN_IF_ERROR(Read(lines, "cluster_current_epoch", info.current_epoch));
  RETURN_IF_ERROR(Read(lines, "cluster_my_epoch", info.config_epoch));
  return info;
}

}  // namespace redisop
