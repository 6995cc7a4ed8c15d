// Bytes in, replies out: hiredis' parser with limits.
//
// One thread at a time.

#ifndef REDIS_OPERATOR_COMMON_REDIS_REPLY_READER_H_
#define REDIS_OPERATOR_COMMON_REDIS_REPLY_READER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/redis/reply.h"

struct redisReader;

namespace redisop {

class ReplyReader {
 public:
  // The limits hold for one reply with all its elements.
  ReplyReader(size_t bytes_max, size_t elements_max);
  ~ReplyReader();

  // Takes bytes as they arrived. kResourceExhausted: no memory.
  absl::Status Feed(std::string_view bytes);

  // The next whole reply, or nullopt when more bytes are needed. kResourceExhausted: too
  // many elements or bytes. kDeadlineExceeded: the bytes are not RESP, so the outcome of the
  // command is unknown.
  absl::StatusOr<std::optional<Reply>> Next();

 private:
  struct Building;

  const size_t bytes_max_;
  size_t bytes_pending_ = 0;  // fed since the last whole reply; at least the size of the unfinished
  std::unique_ptr<Building> building_;
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_REDIS_REPLY_READER_H_
