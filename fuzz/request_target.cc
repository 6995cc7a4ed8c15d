#include "fuzz/request_target.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdint>

#include "fuzz/message_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t size_max);

namespace redisop::fuzz {
namespace {

using google::protobuf::Message;

// A change that makes the text too long is tried again this often.
constexpr int kTriesMax = 8;

bool Read(const uint8_t* data, size_t size, Message& request) {
  return google::protobuf::util::JsonStringToMessage({reinterpret_cast<const char*>(data), size},
                                                     &request)
      .ok();
}

// What cannot be read becomes an empty request.
std::unique_ptr<Message> ReadOrEmpty(const uint8_t* data, size_t size) {
  std::unique_ptr<Message> request = NewRequest();
  if (!Read(data, size, *request)) {
    request->Clear();
  }
  return request;
}

// 0 when the text is longer than `size_max`.
size_t Write(const Message& request, uint8_t* data, size_t size_max) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string text;
  Expect(google::protobuf::util::MessageToJsonString(request, &text, options).ok(),
         "every request can be written");
  if (text.size() > size_max) {
    return 0;
  }
  std::copy(text.begin(), text.end(), data);
  return text.size();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::unique_ptr<Message> request = NewRequest();
  if (!Read(data, size, *request)) {
    return -1;
  }
  TryRequest(*request);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t size_max,
                                          unsigned int seed) {
  const std::unique_ptr<Message> original = ReadOrEmpty(data, size);
  const std::unique_ptr<Message> changed = NewRequest();
  MessageMutator mutator(seed, LLVMFuzzerMutate);
  for (int i = 0; i < kTriesMax; ++i) {
    changed->CopyFrom(*original);
    mutator.Mutate(*changed);
    if (const size_t written = Write(*changed, data, size_max); written > 0) {
      return written;
    }
  }
  return size;
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t* data1, size_t size1,
                                            const uint8_t* data2, size_t size2, uint8_t* out,
                                            size_t out_size_max, unsigned int seed) {
  const std::unique_ptr<Message> request = ReadOrEmpty(data1, size1);
  MessageMutator(seed, LLVMFuzzerMutate).Cross(*ReadOrEmpty(data2, size2), *request);
  return Write(*request, out, out_size_max);
}

}  // namespace redisop::fuzz
