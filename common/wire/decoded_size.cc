#include "common/wire/decoded_size.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/wire_format_lite.h>

#include <string>
#include <unordered_map>

namespace redisop {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MessageFactory;
using google::protobuf::internal::WireFormatLite;

// Deeper than any of ours; the decoder's own limit is 100.
constexpr int kDepthMax = 100;
// A pointer in a list, and what the allocator adds.
constexpr size_t kEntryBytes = 24;

class Count {
 public:
  Count(google::protobuf::io::CodedInputStream& in, size_t limit) : in_(in), limit_(limit) {}

  // False when there is nothing more to count: above the limit, or no message.
  bool Message(const Descriptor& type, int depth) {
    bytes_ += SizeOf(type) + kEntryBytes;
    if (depth > kDepthMax) {
      return false;
    }
    while (bytes_ <= limit_) {
      const uint32_t tag = in_.ReadTag();
      if (tag == 0) {
        return in_.ConsumedEntireMessage() || in_.BytesUntilLimit() == 0;
      }
      if (!Field(type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag)), tag, depth)) {
        return false;
      }
    }
    return false;
  }

  size_t bytes() const { return bytes_; }

 private:
  bool Field(const FieldDescriptor* field, uint32_t tag, int depth) {
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      bytes_ += field == nullptr ? kEntryBytes : 0;
      return WireFormatLite::SkipField(&in_, tag);
    }
    int length = 0;
    if (!in_.ReadVarintSizeAsInt(&length)) {
      return false;
    }
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      bytes_ += sizeof(std::string) + static_cast<size_t>(length) + kEntryBytes;
      return in_.Skip(length);
    }
    const auto outer = in_.PushLimit(length);
    const bool counted = Message(*field->message_type(), depth + 1);
    in_.PopLimit(outer);
    return counted;
  }

  // Of the message without anything in it.
  size_t SizeOf(const Descriptor& type) {
    size_t& size = sizes_[&type];
    if (size == 0) {
      size = MessageFactory::generated_factory()->GetPrototype(&type)->SpaceUsedLong();
    }
    return size;
  }

  google::protobuf::io::CodedInputStream& in_;
  const size_t limit_;
  size_t bytes_ = 0;
  std::unordered_map<const Descriptor*, size_t> sizes_;
};

}  // namespace

size_t DecodedBytes(google::protobuf::io::ZeroCopyInputStream& wire, const Descriptor& type,
                    size_t limit) {
  google::protobuf::io::CodedInputStream in(&wire);
  Count count(in, limit);
  count.Message(type, 0);
  return count.bytes();
}

}  // namespace redisop
