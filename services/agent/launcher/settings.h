// The settings of a redis.conf as far as the launcher needs them. Value type.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_SETTINGS_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_SETTINGS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redisop {

struct Setting {
  std::string name;  // lower case
  std::vector<std::string> values;
};

class Settings {
 public:
  // Reads a redis.conf and the files that it includes (at most 8 deep). nullopt when one of them
  // can't be read. Lines that redis-server would refuse are left to it.
  static std::optional<Settings> Read(const std::string& path);

  // The first value of the last line that sets `name`, or `otherwise`.
  std::string Value(std::string_view name, std::string_view otherwise) const;

  // Whether the server reads its dataset from an append-only file; then it ignores an RDB file.
  bool UsesAppendOnlyFile() const { return Value("appendonly", "no") == "yes"; }

  // Whether the server writes its dataset to disk by itself. Without this, an RDB file can be one
  // that a full synchronisation left behind, of any age.
  bool Persists() const;

 private:
  bool Add(const std::string& path, int depth);

  std::vector<Setting> settings_;
};

// Splits a line of a redis.conf into its words; quotes and backslashes as redis-server takes them.
std::vector<std::string> SplitSetting(std::string_view line);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_SETTINGS_H_
