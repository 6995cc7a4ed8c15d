#include "common/redis/reply_reader.h"

#include <fmt/format.h>
#include <hiredis/read.h>

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/status.h"

namespace redisop {
namespace {

// Elements are announced before they arrive; memory is only taken for what came.
constexpr int kReservedElementsMax = 1024;

}  // namespace

// hiredis builds a reply through callbacks that return pointers; an array's pointer stays valid
// while its elements arrive, because its own parent doesn't grow meanwhile.
struct ReplyReader::Building {
  size_t elements_max = 0;
  size_t elements = 0;
  bool too_many = false;

  static Building& Of(const redisReadTask* task) { return *static_cast<Building*>(task->privdata); }

  static void* Attach(const redisReadTask* task, Reply reply) {
    if (task->parent == nullptr) {
      return new Reply(std::move(reply));  // freed by Free, or taken over by Next
    }
    auto* parent = static_cast<Reply*>(task->parent->obj);
    return &parent->elements.emplace_back(std::move(reply));
  }

  static void* OnText(const redisReadTask* task, char* text, size_t size) {
    Reply reply;
    reply.kind = task->type == REDIS_REPLY_ERROR    ? Reply::Kind::kError
                 : task->type == REDIS_REPLY_STATUS ? Reply::Kind::kStatus
                                                    : Reply::Kind::kString;
    reply.text.assign(text, size);
    return Attach(task, std::move(reply));
  }

  static void* OnArray(const redisReadTask* task, int elements) {
    Building& building = Of(task);
    building.elements += static_cast<size_t>(std::max(elements, 0));
    if (building.elements > building.elements_max) {
      building.too_many = true;
      return nullptr;
    }
    Reply reply{.kind = Reply::Kind::kArray};
    reply.elements.reserve(static_cast<size_t>(std::clamp(elements, 0, kReservedElementsMax)));
    return Attach(task, std::move(reply));
  }

  static void* OnInteger(const redisReadTask* task, long long number) {
    return Attach(task, IntegerReply(number));
  }

  static void* OnNil(const redisReadTask* task) { return Attach(task, Reply{}); }

  static void Free(void* reply) { delete static_cast<Reply*>(reply); }

  static redisReplyObjectFunctions* Functions() {
    static redisReplyObjectFunctions functions = {OnText, OnArray, OnInteger, OnNil, Free};
    return &functions;
  }
};

ReplyReader::ReplyReader(size_t bytes_max, size_t elements_max)
    : bytes_max_(bytes_max),
      building_(std::make_unique<Building>()),
      reader_(redisReaderCreateWithFunctions(Building::Functions()), redisReaderFree) {
  building_->elements_max = elements_max;
  reader_->privdata = building_.get();
  reader_->maxbuf = 1 << 20;
}

ReplyReader::~ReplyReader() = default;

absl::Status ReplyReader::Feed(std::string_view bytes) {
  bytes_pending_ += bytes.size();
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) {
    return MakeStatus(absl::StatusCode::kResourceExhausted, "no memory for a reply");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Reply>> ReplyReader::Next() {
  void* raw = nullptr;
  const int result = redisReaderGetReply(reader_.get(), &raw);
  if (building_->too_many) {
    return MakeStatus(absl::StatusCode::kResourceExhausted, "a reply has too many elements");
  }
  if (result != REDIS_OK) {
    return MakeStatus(absl::StatusCode::kDeadlineExceeded,
                      fmt::format("not understood: {}", redisReaderGetError(reader_.get())));
  }
  if (raw == nullptr) {
    if (bytes_pending_ > bytes_max_) {
      return MakeStatus(absl::StatusCode::kResourceExhausted,
                        fmt::format("a reply is larger than {} bytes", bytes_max_));
    }
    return std::nullopt;
  }
  bytes_pending_ = reader_->len - reader_->pos;
  building_->elements = 0;
  const std::unique_ptr<Reply> reply(static_cast<Reply*>(raw));
  return std::move(*reply);
}

}  // namespace redisop
