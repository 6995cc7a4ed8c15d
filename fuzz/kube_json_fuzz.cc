// Lists, watch events and objects of an API server.

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/kube/wire_decode.h"
#include "fuzz/expect.h"

namespace redisop::fuzz {
namespace {

constexpr size_t kFrameBytesMax = 1 << 20;

std::vector<std::string> FramesOf(std::string_view bytes, size_t piece_size) {
  FrameSplitter splitter(kFrameBytesMax);
  std::vector<std::string> frames;
  while (!bytes.empty()) {
    const absl::Status status =
        splitter.Feed(bytes.substr(0, piece_size), [&](std::string_view frame) {
          frames.emplace_back(frame);
          return absl::OkStatus();
        });
    Expect(status.ok(), "no frame is too long");
    bytes.remove_prefix(std::min(piece_size, bytes.size()));
  }
  return frames;
}

void TryObject(const KubeObject& object) {
  const absl::StatusOr<KubeObject> again = ParseObject(object.json);
  Expect(again.ok() && again->json == object.json, "an object's own text is understood");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> frames = FramesOf(bytes, bytes.size());
  for (const size_t piece_size : {1, 7}) {
    Expect(FramesOf(bytes, piece_size) == frames, "pieces change nothing");
  }
  for (const std::string& frame : frames) {
    const absl::StatusOr<WatchEvent> event = DecodeWatchEvent(frame);
    if (event.ok()) {
      TryObject(*event->object);
    }
  }
  const absl::StatusOr<ObjectList> list = DecodeList(bytes);
  if (list.ok()) {
    for (const KubeObjectPtr& object : list->items) {
      TryObject(*object);
    }
  }
  return 0;
}

}  // namespace redisop::fuzz
