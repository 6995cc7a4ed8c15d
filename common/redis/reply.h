// What redis-server answered to one command.
//
// Value type. An error reply ("-ERR …", "-MOVED …") is a value too: it says that the server is
// there and refused, which only the caller can judge.
//
// Source: Redis serialization protocol specification, RESP2.

#ifndef REDIS_OPERATOR_COMMON_REDIS_REPLY_H_
#define REDIS_OPERATOR_COMMON_REDIS_REPLY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace redisop {

struct Reply {
  enum class Kind { kNil, kStatus, kString, kInteger, kArray, kError };

  Kind kind = Kind::kNil;
  std::string text;  // of kStatus, kString and kError
  int64_t integer = 0;
  std::vector<Reply> elements;  // of kArray

  bool IsError() const { return kind == Kind::kError; }
  bool IsNil() const { return kind == Kind::kNil; }
  // The status reply "+OK".
  bool IsOk() const { return kind == Kind::kStatus && text == "OK"; }
  // An error reply whose first word is `code`: "MOVED", "BUSYKEY", "NOAUTH".
  bool IsErrorOf(std::string_view code) const;

  friend bool operator==(const Reply&, const Reply&) = default;
};

Reply StatusReply(std::string_view text);
Reply StringReply(std::string_view text);
Reply IntegerReply(int64_t number);
Reply ErrorReply(std::string_view text);
Reply ArrayReply(std::vector<Reply> elements);

// OK unless the reply is an error; then kFailedPrecondition with "what: the server's words". For
// commands whose refusal means that the world is not as the caller thought.
absl::Status ErrorOf(const Reply& reply, std::string_view what);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_REPLY_H_
