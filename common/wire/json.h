// Messages as JSON for files and pipes.

#ifndef REDIS_OPERATOR_COMMON_WIRE_JSON_H_
#define REDIS_OPERATOR_COMMON_WIRE_JSON_H_

#include <string>

#include "absl/status/statusor.h"

namespace google::protobuf {
class Message;
}

namespace redisop {

// Several lines, the last one ended by a line feed; fields in the order of their numbers. Texts are
// written as they are, also those that are no UTF-8. INTERNAL: the library refused. Pure.
//
// Source: ProtoJSON format, protobuf.dev/programming-guides/json.
absl::StatusOr<std::string> WriteJson(const google::protobuf::Message& message);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_WIRE_JSON_H_
