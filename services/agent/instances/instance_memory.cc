#include "services/agent/instances/instance_memory.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {

InstanceMemory::InstanceMemory(std::string directory, Disk& disk)
    : directory_(std::move(directory)), disk_(disk) {}

absl::StatusOr<uint64_t> InstanceMemory::ReadNumber(const std::string& name) {
  const std::string path = directory_ + "/" + name;
  const auto text = disk_.Read(path);
  if (absl::IsNotFound(text.status())) {
    return uint64_t{0};
  }
  RETURN_IF_ERROR(text.status());
  const std::string_view digits = std::string_view(*text).substr(0, text->find('\n'));
  uint64_t number = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || stop != digits.data() + digits.size()) {
    return MakeStatus(absl::StatusCode::kUnavailable, path + " holds no number");
  }
  return number;
}

absl::StatusOr<uint64_t> InstanceMemory::HighestToken() {
  absl::MutexLock lock(&mutex_);
  if (!token_read_) {
    ASSIGN_OR_RETURN(token_, ReadNumber("token"));
    token_read_ = true;
  }
  return token_;
}

absl::Status InstanceMemory::RaiseToken(uint64_t token) {
  ASSIGN_OR_RETURN(const uint64_t highest, HighestToken());
  absl::MutexLock lock(&mutex_);
  if (token <= highest || token <= token_) {
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(disk_.Replace(directory_ + "/token", fmt::format("{}\n", token)));
  token_ = token;
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> InstanceMemory::LastPromotion() {
  ASSIGN_OR_RETURN(const uint64_t milliseconds, ReadNumber("promoted"));
  return milliseconds == 0 ? absl::InfinitePast()
                           : absl::FromUnixMillis(static_cast<int64_t>(milliseconds));
}

absl::Status InstanceMemory::RememberPromotion(absl::Time when) {
  return disk_.Replace(directory_ + "/promoted", fmt::format("{}\n", absl::ToUnixMillis(when)));
}

}  // namespace redisop
