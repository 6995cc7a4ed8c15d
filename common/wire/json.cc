#include "common/wire/json.h"

#include <fmt/format.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include "common/base/status.h"

namespace redisop {

absl::StatusOr<std::string> WriteJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) {
    return MakeStatus(absl::StatusCode::kInternal, fmt::format("the {} cannot be written as JSON",
                                                               message.GetDescriptor()->name()));
  }
  return text;
}

}  // namespace redisop
