// Structured log: a constant message and key/value pairs, one line per event, JSON or text on
// standard error.
//
//   const Logger log("reconcile");
//   const Logger pass = log.With({{"reconcileID", id}, {"namespace", ns}, {"redisCluster", name}});
//   pass.Info("Executed step", {{"step", step_id}, {"seconds", 0.4}});
//   {"ts":"2026-11-22T10:00:00.123Z","level":"info","msg":"Executed step","logger":"reconcile",…}
//
// Messages: past tense, capital letter, no full stop, no formatted values. Keys: reconcileID
// namespace redisCluster stage node step err, and camelCase nouns. Never a secret, never a key or
// value of a user. Libraries and decision code return errors instead of logging them; the top logs
// once.
//
// Thread-safe. Before StartLog, lines go to standard error as text at level info.

#ifndef REDIS_OPERATOR_COMMON_OBS_LOG_H_
#define REDIS_OPERATOR_COMMON_OBS_LOG_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace redisop {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };
enum class LogFormat { kJson, kText };

// From "debug", "info", "warn", "error", "off" and "json", "text"; kInvalidArgument lists the
// allowed words.
absl::StatusOr<LogLevel> ParseLogLevel(std::string_view text);
absl::StatusOr<LogFormat> ParseLogFormat(std::string_view text);

struct LogOptions {
  LogFormat format = LogFormat::kJson;
  LogLevel level = LogLevel::kInfo;
  // Appended to; empty is standard error.
  std::string file;
};

// Sets where and how all loggers of the process write. Call once, early in main. kUnavailable: the
// file can't be opened.
absl::Status StartLog(const LogOptions& options);

// May change at any time.
void SetLogLevel(LogLevel level);
LogLevel GetLogLevel();

// One key with its value. Durations are written in seconds, statuses as "CODE: message".
struct LogField {
  LogField(std::string_view key_in, std::string_view text)
      : key(key_in), value(std::string(text)) {}
  LogField(std::string_view key_in, const std::string& text) : key(key_in), value(text) {}
  LogField(std::string_view key_in, const char* text) : key(key_in), value(std::string(text)) {}
  LogField(std::string_view key_in, bool flag) : key(key_in), value(flag) {}
  LogField(std::string_view key_in, std::integral auto number)
      : key(key_in), value(static_cast<int64_t>(number)) {}
  LogField(std::string_view key_in, std::floating_point auto number)
      : key(key_in), value(static_cast<double>(number)) {}
  LogField(std::string_view key_in, absl::Duration duration)
      : key(key_in), value(absl::ToDoubleSeconds(duration)) {}
  LogField(std::string_view key_in, const absl::Status& status);

  std::string key;
  std::variant<std::string, bool, int64_t, double> value;
};

// A name and fields that are put on each of its lines. Cheap to copy.
class Logger {
 public:
  explicit Logger(std::string_view name) : name_(name) {}

  // This logger with more fields on each line.
  Logger With(std::initializer_list<LogField> fields) const;

  void Debug(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void Info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void Warn(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void Error(std::string_view message, std::initializer_list<LogField> fields = {}) const;

 private:
  void Write(LogLevel level, std::string_view message,
             std::initializer_list<LogField> fields) const;

  std::string name_;
  std::vector<LogField> fields_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_OBS_LOG_H_
