#include "services/agent/launcher/instance_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "services/agent/launcher/files.h"
#include "services/agent/launcher/json_text.h"

namespace redisop {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kDefaultNodeTimeoutMilliseconds = 15000;

std::string AddressOf(const PodIdentity& identity) {
  return identity.pod_ip + ":" + std::to_string(kRedisPort) + "@" + std::to_string(kRedisBusPort);
}

int64_t NodeTimeoutMilliseconds(const Settings& settings) {
  const std::string text = settings.Value("cluster-node-timeout", "");
  int64_t milliseconds = kDefaultNodeTimeoutMilliseconds;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  // A value that isn't a number is for redis-server to refuse.
  if (error != std::errc() || *end != '\0') return kDefaultNodeTimeoutMilliseconds;
  return milliseconds;
}

// As a word of redis.conf.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

Outcome MakeInstanceDir(const std::string& directory) {
  if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return {kExitIoError, "mkdir " + directory + ": " + std::strerror(errno)};
}

Outcome HoldInstanceLock(const std::string& directory) {
  const std::string path = directory + "/instance.lock";
  // Without O_CLOEXEC: the descriptor goes on to redis-server, and the lock with it.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT, 0600);
  if (fd < 0) return {kExitIoError, "open " + path + ": " + std::strerror(errno)};
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_SETLK, &lock) == 0) return {};
  if (errno == EACCES || errno == EAGAIN) {
    return {kExitLocked, path + " is held: this pod's earlier redis-server still runs"};
  }
  return {kExitIoError, "lock " + path + ": " + std::strerror(errno)};
}

Outcome WriteInstanceFile(const std::string& directory, const PodIdentity& identity,
                          const Settings& settings, const std::string& data_dir) {
  return WriteFileAtomically(
      directory + "/instance.json",
      JsonObject({JsonField("pod", identity.pod), JsonField("podUID", identity.pod_uid),
                  JsonField("clusterUID", identity.owner.cluster_uid),
                  JsonField("shard", identity.owner.shard),
                  JsonField("member", identity.owner.member),
                  JsonField("address", AddressOf(identity)),
                  JsonField("nodeTimeoutMilliseconds", NodeTimeoutMilliseconds(settings)),
                  JsonField("dataDir", data_dir)}),
      0600);
}

Outcome WriteConfiguration(const std::string& directory, const PodIdentity& identity,
                           const std::string& base_config, const std::string& data_dir) {
  std::string text = "include " + Quoted(base_config) + "\n";
  text += "dir " + Quoted(data_dir) + "\n";
  text += "daemonize no\nlogfile \"\"\n";
  text += "unixsocket " + Quoted(directory + "/redis.sock") + "\nunixsocketperm 700\n";
  text += "bind " + identity.pod_ip + "\n";
  text += "port " + std::to_string(kRedisPort) + "\n";
  text += "cluster-enabled yes\ncluster-config-file nodes.conf\n";
  text += "cluster-announce-ip " + identity.pod_ip + "\n";
  text += "replica-announce-ip " + identity.pod_ip + "\n";
  return WriteFileAtomically(directory + "/redis.conf", text, 0600);
}

std::optional<std::string> FindInstanceDir(const std::string& instances_dir,
                                           const std::string& pod_uid) {
  if (!pod_uid.empty()) return instances_dir + "/" + pod_uid;
  std::optional<std::string> only;
  std::error_code error;
  for (fs::directory_iterator entry(instances_dir, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!HasContent(entry->path() / "redis.conf")) continue;
    if (only) return std::nullopt;
    only = entry->path();
  }
  return only;
}

}  // namespace redisop
