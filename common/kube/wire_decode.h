// Reads what the API server sends: lists and watch events. simdjson walks over the text once and
// the objects are kept as text, because a tree of nodes costs seven times the memory.
//
// Thread-safe.

#ifndef REDIS_OPERATOR_COMMON_KUBE_WIRE_DECODE_H_
#define REDIS_OPERATOR_COMMON_KUBE_WIRE_DECODE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/kube/kube_api.h"

namespace redisop {

// A list answer. kInternal: not a list.
absl::StatusOr<ObjectList> DecodeList(std::string_view body);

// One watch event. An ERROR event comes back as the status it stands for (kOutOfRange: version too
// old); kInternal: the frame is not a watch event.
absl::StatusOr<WatchEvent> DecodeWatchEvent(std::string_view frame);

// Cuts a stream of JSON documents at line ends. A document may come in any number of pieces. Not
// thread-safe.
class FrameSplitter {
 public:
  explicit FrameSplitter(size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  // Calls `frame` for each document that `bytes` completes; its text is valid during the call.
  // Stops at the first error of `frame` and returns it. kInternal: a document longer than the
  // limit.
  absl::Status Feed(std::string_view bytes,
                    const std::function<absl::Status(std::string_view)>& frame);

 private:
  const size_t frame_bytes_max_;
  std::string partial_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_WIRE_DECODE_H_
