// A fuzz target whose input is a request in JSON, as people write it: so seeds and findings are
// files that `redis-operator-planner` reads. request_target.cc is libFuzzer's side; each target
// defines the two functions below.

#ifndef REDIS_OPERATOR_FUZZ_REQUEST_TARGET_H_
#define REDIS_OPERATOR_FUZZ_REQUEST_TARGET_H_

#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/base/status.h"
#include "fuzz/expect.h"
#include "fuzz/field_path.h"

namespace redisop::fuzz {

// An empty request of the target's type.
std::unique_ptr<google::protobuf::Message> NewRequest();

// Asks what is under test and expects what must hold. `request` is of the target's type.
void TryRequest(const google::protobuf::Message& request);

// What `call` answers to `request`, after expecting of it what is promised of every call: the same
// request gets the same answer byte for byte, and the only error is kInvalidArgument with the path
// of a field.
template <typename Request, typename Response>
absl::StatusOr<Response> Answer(absl::StatusOr<Response> (*call)(const Request&),
                                const Request& request) {
  absl::StatusOr<Response> answer = call(request);
  const absl::StatusOr<Response> again = call(request);
  Expect(answer.status() == again.status(), "the same request gets the same status");
  if (!answer.ok()) {
    Expect(answer.status().code() == absl::StatusCode::kInvalidArgument,
           "the only error is INVALID_ARGUMENT: " + answer.status().ToString());
    Expect(NamesField(request, MessageOf(answer.status())),
           "the error names a field: " + MessageOf(answer.status()));
    return answer;
  }
  const std::string bytes = answer->SerializeAsString();
  Expect(bytes == again->SerializeAsString(), "the same request gets the same bytes");
  Expect(Response().ParseFromString(bytes), "the answer can be read: its texts are UTF-8");
  return answer;
}

}  // namespace redisop::fuzz

#endif  // REDIS_OPERATOR_FUZZ_REQUEST_TARGET_H_
