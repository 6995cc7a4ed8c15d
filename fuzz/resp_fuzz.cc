// RESP from a stranger: the same replies in whatever pieces the bytes arrive.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/redis/reply_reader.h"
#include "fuzz/expect.h"

namespace redisop::fuzz {
namespace {

constexpr size_t kBytesMax = 1 << 20;
constexpr size_t kElementsMax = 100;

struct Outcome {
  std::vector<Reply> replies;
  absl::Status end;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

size_t ElementsOf(const Reply& reply) {
  size_t elements = reply.elements.size();
  for (const Reply& element : reply.elements) {
    elements += ElementsOf(element);
  }
  return elements;
}

Outcome ReadAll(std::string_view bytes, size_t piece_size) {
  ReplyReader reader(kBytesMax, kElementsMax);
  Outcome outcome;
  while (!bytes.empty()) {
    outcome.end = reader.Feed(bytes.substr(0, piece_size));
    bytes.remove_prefix(std::min(piece_size, bytes.size()));
    while (outcome.end.ok()) {
      absl::StatusOr<std::optional<Reply>> reply = reader.Next();
      if (!reply.ok()) {
        outcome.end = reply.status();
      } else if (!reply->has_value()) {
        break;
      } else {
        Expect(ElementsOf(**reply) <= kElementsMax, "the limit of elements holds");
        outcome.replies.push_back(**std::move(reply));
      }
    }
    if (!outcome.end.ok()) {
      break;
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = ReadAll(bytes, bytes.size());
  for (const size_t piece_size : {1, 7}) {
    Expect(ReadAll(bytes, piece_size) == whole, "pieces change nothing");
  }
  return 0;
}

}  // namespace redisop::fuzz
