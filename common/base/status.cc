#include "common/base/status.h"

#include <fmt/format.h>

namespace redisop {

absl::Status MakeStatus(absl::StatusCode code, std::string_view message) {
  return absl::Status(code, absl::string_view(message.data(), message.size()));
}

absl::Status Annotate(const absl::Status& status, std::string_view context) {
  if (status.ok()) {
    return status;
  }
  return MakeStatus(status.code(), fmt::format("{}: {}", context, MessageOf(status)));
}

std::string ToString(const absl::Status& status) { return std::string(status.ToString()); }

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message().data(), status.message().size());
}

}  // namespace redisop
