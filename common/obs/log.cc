#include "common/obs/log.h"

#include <atomic>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/status.h"
#include "fmt/format.h"
#include "spdlog/logger.h"
#include "spdlog/sinks/basic_file_sink.h"
#include "spdlog/sinks/stdout_sinks.h"

namespace redisop {
namespace {

// What StartLog sets. The sink gets finished lines; spdlog serialises the writers.
struct Output {
  LogFormat format;
  std::shared_ptr<spdlog::logger> sink;
};

std::shared_ptr<const Output> MakeOutput(LogFormat format, spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return std::make_shared<const Output>(Output{format, std::move(logger)});
}

std::shared_ptr<const Output>& CurrentOutput() {
  static auto& output = *new std::shared_ptr<const Output>(
      MakeOutput(LogFormat::kText, std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  return output;
}

std::atomic<LogLevel> current_level{LogLevel::kInfo};

constexpr std::string_view kLevelNames[] = {"debug", "info", "warn", "error", "off"};

std::string Timestamp() {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone());
}

std::string JsonLine(LogLevel level, std::string_view logger, std::string_view message,
                     const std::vector<const LogField*>& fields) {
  nlohmann::ordered_json line = {{"ts", Timestamp()},
                                 {"level", kLevelNames[static_cast<size_t>(level)]},
                                 {"msg", message},
                                 {"logger", logger}};
  for (const LogField* field : fields) {
    std::visit([&](const auto& value) { line[field->key] = value; }, field->value);
  }
  // Bytes that aren't UTF-8 (a server's reply) are replaced instead of failing the line.
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string TextValue(const LogField& field) {
  return std::visit(
      [](const auto& value) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::string>) {
          const bool plain =
              !value.empty() && value.find_first_of(" \"=\n\r\t\\") == std::string::npos;
          using Json = nlohmann::json;
          return plain ? value : Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
        } else {
          return fmt::format("{}", value);
        }
      },
      field.value);
}

std::string TextLine(LogLevel level, std::string_view logger, std::string_view message,
                     const std::vector<const LogField*>& fields) {
  std::string line = fmt::format("{} {:5} {}: {}", Timestamp(),
                                 kLevelNames[static_cast<size_t>(level)], logger, message);
  for (const LogField* field : fields) {
    fmt::format_to(std::back_inserter(line), " {}={}", field->key, TextValue(*field));
  }
  return line;
}

}  // namespace

absl::StatusOr<LogLevel> ParseLogLevel(std::string_view text) {
  for (size_t i = 0; i < std::size(kLevelNames); ++i) {
    if (text == kLevelNames[i]) {
      return static_cast<LogLevel>(i);
    }
  }
  return MakeStatus(
      absl::StatusCode::kInvalidArgument,
      fmt::format("log level \"{}\" isn't one of debug, info, warn, error, off", text));
}

absl::StatusOr<LogFormat> ParseLogFormat(std::string_view text) {
  if (text == "json") {
    return LogFormat::kJson;
  }
  if (text == "text") {
    return LogFormat::kText;
  }
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("log format \"{}\" isn't json or text", text));
}

absl::Status StartLog(const LogOptions& options) {
  SetLogLevel(options.level);
  spdlog::sink_ptr sink;
  try {
    if (options.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    }
  } catch (const spdlog::spdlog_ex& error) {
    return MakeStatus(absl::StatusCode::kUnavailable, error.what());
  }
  std::atomic_store(&CurrentOutput(), MakeOutput(options.format, std::move(sink)));
  return absl::OkStatus();
}

void SetLogLevel(LogLevel level) { current_level = level; }

LogLevel GetLogLevel() { return current_level; }

LogField::LogField(std::string_view key_in, const absl::Status& status)
    : key(key_in), value(ToString(status)) {}

Logger Logger::With(std::initializer_list<LogField> fields) const {
  Logger result = *this;
  result.fields_.insert(result.fields_.end(), fields.begin(), fields.end());
  return result;
}

void Logger::Write(LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields) const {
  if (level < current_level) {
    return;
  }
  std::vector<const LogField*> all;
  for (const LogField& field : fields_) {
    all.push_back(&field);
  }
  for (const LogField& field : fields) {
    all.push_back(&field);
  }
  const std::shared_ptr<const Output> output = std::atomic_load(&CurrentOutput());
  const bool json = output->format == LogFormat::kJson;
  output->sink->info(
      "{}", json ? JsonLine(level, name_, message, all) : TextLine(level, name_, message, all));
}

void Logger::Debug(std::string_view message, std::initializer_list<LogField> fields) const {
  Write(LogLevel::kDebug, message, fields);
}

void Logger::Info(std::string_view message, std::initializer_list<LogField> fields) const {
  Write(LogLevel::kInfo, message, fields);
}

void Logger::Warn(std::string_view message, std::initializer_list<LogField> fields) const {
  Write(LogLevel::kWarn, message, fields);
}

void Logger::Error(std::string_view message, std::initializer_list<LogField> fields) const {
  Write(LogLevel::kError, message, fields);
}

}  // namespace redisop
