// Changes protobuf messages at random, field by field, so that what comes out is still a message of
// its type: bytes changed blindly hardly ever are.
//
// The messages' types must not contain themselves, and lists hold texts or messages: both is true
// of all protos here, and anything else ends the process. One thread.

#ifndef REDIS_OPERATOR_FUZZ_MESSAGE_MUTATOR_H_
#define REDIS_OPERATOR_FUZZ_MESSAGE_MUTATOR_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace redisop::fuzz {

class MessageMutator {
 public:
  // Changes the first `size` bytes at `data`, of which `size_max` may be used, and returns their
  // new number: LLVMFuzzerMutate.
  using BytesMutator = std::function<size_t(uint8_t* data, size_t size, size_t size_max)>;

  // The same seed makes the same changes, as far as `mutate_bytes` does.
  MessageMutator(uint64_t seed, BytesMutator mutate_bytes);

  // One to four changes: a field gets another value or is cleared, an element of a list is added,
  // repeated, removed or moved. Texts stay valid UTF-8, and are often copied from elsewhere in the
  // message: that is how ids come to refer to something.
  void Mutate(google::protobuf::Message& message);

  // Puts a part of `other` where one of the same type belongs in `message`. Both have one type.
  void Cross(const google::protobuf::Message& other, google::protobuf::Message& message);

 private:
  // A field of one message of the tree.
  struct Place {
    google::protobuf::Message* message;
    const google::protobuf::FieldDescriptor* field;
  };

  // All fields of all messages below and including `message`, and all texts in them.
  void Survey(google::protobuf::Message& message);

  void Change(const Place& place);
  void ChangeList(const Place& place);
  void ChangeElement(const Place& place, int index);
  void ChangeSingle(const Place& place);
  void ChangeAnyFieldOf(google::protobuf::Message& message);
  template <typename Number>
  Number NextNumber(Number before);
  double NextReal(double before);
  int NextEnum(const google::protobuf::FieldDescriptor& field);
  std::string NextText(const std::string& before);

  size_t Below(size_t limit) { return random_() % limit; }
  template <typename T>
  const T& Any(const std::vector<T>& values) {
    return values[Below(values.size())];
  }

  std::mt19937_64 random_;
  BytesMutator mutate_bytes_;
  std::vector<Place> places_;
  std::vector<Place> filled_;  // those of places_ that hold something
  std::vector<std::string> texts_;
};

}  // namespace redisop::fuzz

#endif  // REDIS_OPERATOR_FUZZ_MESSAGE_MUTATOR_H_
