#include "common/redis/reply.h"

#include <fmt/format.h>

#include <utility>

#include "common/base/status.h"

namespace redisop {

bool Reply::IsErrorOf(std::string_view code) const {
  return kind == Kind::kError && std::string_view(text).substr(0, text.find(' ')) == code;
}

Reply StatusReply(std::string_view text) {
  return {.kind = Reply::Kind::kStatus, .text = std::string(text)};
}

Reply StringReply(std::string_view text) {
  return {.kind = Reply::Kind::kString, .text = std::string(text)};
}

Reply IntegerReply(int64_t number) { return {.kind = Reply::Kind::kInteger, .integer = number}; }

Reply ErrorReply(std::string_view text) {
  return {.kind = Reply::Kind::kError, .text = std::string(text)};
}

Reply ArrayReply(std::vector<Reply> elements) {
  return {.kind = Reply::Kind::kArray, .elements = std::move(elements)};
}

absl::Status ErrorOf(const Reply& reply, std::string_view what) {
  if (!reply.IsError()) {
    return absl::OkStatus();
  }
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fmt::format("{}: {}", what, reply.text));
}

}  // namespace redisop
