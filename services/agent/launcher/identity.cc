#include "services/agent/launcher/identity.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "services/agent/launcher/files.h"
#include "services/agent/launcher/json_text.h"

namespace redisop {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLostIdentitiesKept = 3;

// What the directory holds that a server could load.
struct Dataset {
  std::vector<std::string> rdb;
  std::vector<std::string> append_only;
};

Dataset FindDataset(const std::string& data_dir, const Settings& settings) {
  Dataset dataset;
  const std::string rdb = data_dir + "/" + settings.Value("dbfilename", "dump.rdb");
  if (HasContent(rdb)) dataset.rdb.push_back(rdb);

  const std::string file = settings.Value("appendfilename", "appendonly.aof");
  // Before Redis 7 the append-only file stands in the data directory itself.
  if (HasContent(data_dir + "/" + file)) dataset.append_only.push_back(data_dir + "/" + file);
  const std::string folder = data_dir + "/" + settings.Value("appenddirname", "appendonlydir");
  if (HasContent(folder + "/" + file + ".manifest")) dataset.append_only.push_back(folder);
  return dataset;
}

Outcome Move(const std::string& from, const std::string& to, std::string& report) {
  std::error_code error;
  fs::remove_all(to, error);
  if (!error) fs::rename(from, to, error);
  if (error) return {kExitIoError, "move " + from + " to " + to + ": " + error.message()};
  report += "moved " + from + " to " + to + "\n";
  return {};
}

Outcome ForgetOldIdentities(const std::string& data_dir) {
  std::vector<fs::path> lost;
  std::error_code error;
  for (fs::directory_iterator entry(data_dir, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.starts_with("nodes.conf.") && name.ends_with("-lost")) lost.push_back(entry->path());
  }
  std::sort(lost.begin(), lost.end());
  for (size_t i = 0; !error && i + kLostIdentitiesKept < lost.size(); ++i) {
    fs::remove(lost[i], error);
  }
  if (error) return {kExitIoError, "tidy " + data_dir + ": " + error.message()};
  return {};
}

}  // namespace

Outcome ClaimVolume(const std::string& data_dir, const VolumeOwner& owner) {
  const std::string path = data_dir + "/redis-operator.json";
  const std::vector<std::string> fields = {JsonField("clusterUID", owner.cluster_uid),
                                           JsonField("shard", owner.shard),
                                           JsonField("member", owner.member)};
  std::error_code error;
  const bool marked = fs::exists(path, error);
  if (error) return {kExitIoError, "look at " + path + ": " + error.message()};
  if (!marked) return WriteFileAtomically(path, JsonObject(fields), 0644);

  const std::optional<std::string> found = ReadFile(path);
  if (!found) return {kExitIoError, "can't read " + path};
  for (const std::string& field : fields) {
    if (HasJsonField(*found, field)) continue;
    return {kExitRefused, "this volume belongs to another node: " + path + " says " + *found +
                              ", this pod is " + JsonObject(fields) +
                              ". Mount the right volume, or delete the file if the data is meant "
                              "to change hands"};
  }
  return {};
}

bool WouldReturnEmpty(const std::string& data_dir, const Settings& settings) {
  const Dataset dataset = FindDataset(data_dir, settings);
  const bool empty =
      settings.UsesAppendOnlyFile() ? dataset.append_only.empty() : dataset.rdb.empty();
  return HasContent(data_dir + "/nodes.conf") && (empty || !settings.Persists());
}

Outcome GuardIdentity(const std::string& data_dir, const Settings& settings,
                      std::string_view timestamp, std::string& report) {
  const std::string identity = data_dir + "/nodes.conf";
  const Dataset dataset = FindDataset(data_dir, settings);
  const bool append_only = settings.UsesAppendOnlyFile();
  const std::vector<std::string>& loaded = append_only ? dataset.append_only : dataset.rdb;

  // redis-server takes an empty nodes.conf for none.
  const bool known = HasContent(identity);
  const bool whole = !loaded.empty() && settings.Persists();
  if (known && whole) return {};
  if (whole) {
    return {kExitRefused,
            "there is a dataset (" + loaded.front() + ") but no " + identity +
                ": the node would take a new id and claim the slots of these keys. Restore "
                "nodes.conf, or move the dataset away to start as a new, empty node"};
  }

  Outcome outcome;
  if (known) outcome = Move(identity, identity + "." + std::string(timestamp) + "-lost", report);
  for (const std::vector<std::string>* group : {&dataset.rdb, &dataset.append_only}) {
    for (const std::string& path : *group) {
      if (outcome.ok()) outcome = Move(path, path + ".lost", report);
    }
  }
  if (outcome.ok()) outcome = ForgetOldIdentities(data_dir);
  return outcome;
}

}  // namespace redisop
