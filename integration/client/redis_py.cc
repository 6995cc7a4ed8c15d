#include "integration/client/redis_py.h"

#include <fmt/format.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop::integration {

absl::StatusOr<std::unique_ptr<RedisPy>> RedisPy::Start(const Endpoint& seed, int threads) {
  const std::string source = REDIS_OPERATOR_SOURCE_DIRECTORY;
  const std::string python = source + "/build/venv/bin/python";
  if (!std::filesystem::exists(python)) {
    return MakeStatus(absl::StatusCode::kNotFound, python + " is not there: run `make setup`");
  }
  std::unique_ptr<RedisPy> traffic(new RedisPy);
  ASSIGN_OR_RETURN(
      traffic->process_,
      Process::Start({.arguments = {python, source + "/integration/client/redis_py_writers.py",
                                    seed.host, std::to_string(seed.port), std::to_string(threads),
                                    traffic->directory_.File("report.json")},
                      .environment = {},
                      .working_directory = "",
                      .output_file = "",
                      .input = ""}));
  RETURN_IF_ERROR(traffic->process_->WaitForOutput("writing", absl::Seconds(20)));
  return traffic;
}

absl::StatusOr<RedisPyReport> RedisPy::Stop() {
  RETURN_IF_ERROR(process_->Signal(SIGTERM));
  ASSIGN_OR_RETURN(const int exit_code, process_->Wait(absl::Minutes(2)));
  if (exit_code != 0) {
    return MakeStatus(absl::StatusCode::kInternal,
                      fmt::format("ended with {}:\n{}", exit_code, process_->Output()));
  }
  std::ifstream file(directory_.File("report.json"));
  const nlohmann::json json = nlohmann::json::parse(file);
  RedisPyReport report{json["acknowledged"], json["lost"], json["phantoms"], {}};
  for (const auto& [error, count] : json["errors"].items()) {
    report.errors[error] = count;
  }
  return report;
}

}  // namespace redisop::integration
