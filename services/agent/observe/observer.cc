#include "services/agent/observe/observer.h"

#include <utility>
#include <vector>

#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "services/agent/observe/function_list.h"

namespace redisop {
namespace {

void TakeInstance(const Instance& instance, Node& self) {
  self.pod = instance.pod;
  self.pod_uid = instance.pod_uid;
  self.shard = instance.shard;
  self.member = instance.member;
  if (self.address.empty() || self.alone) {
    self.address = instance.address;  // a node that met nobody doesn't know its own
  }
}

}  // namespace

Observation Observer::Observe(const Instance& instance, Depth depth, absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  Observation observation{.instance = instance};
  const absl::Status status = Read(instance, depth, timeout, observation);
  observation.answers = status.ok();
  observation.error = status.ok() ? "" : MessageOf(status);
  Node& self = observation.view.self;
  if (status.ok()) {
    last_id_ = self.id;
  } else {
    self.id = last_id_;
  }
  TakeInstance(instance, self);
  self.unobserved = !status.ok();
  observation.read_at = clock_.Monotonic();
  observation.state_digest = DigestState(self);
  observation.view_digest = DigestView(observation);
  return observation;
}

absl::Status Observer::Read(const Instance& instance, Depth depth, absl::Duration timeout,
                            Observation& observation) {
  if (connected_to_ != instance.Socket()) {
    connection_ = nullptr;
  }
  // A connection of before may have died with its server: that alone says nothing about the one
  // that runs now.
  const absl::Duration deadline = clock_.Monotonic() + timeout;
  const std::vector<RedisCommand> questions = Questions(depth);
  absl::StatusOr<std::vector<Reply>> replies = absl::UnavailableError("not connected");
  if (connection_ != nullptr) {
    replies = connection_->Pipeline(questions, timeout);
  }
  if (!replies.ok()) {
    connection_ = nullptr;
    const absl::Duration left = deadline - clock_.Monotonic();
    ASSIGN_OR_RETURN(connection_, connector_.Connect(instance.Socket(), left));
    connected_to_ = instance.Socket();
    replies = connection_->Pipeline(questions, left);
  }
  if (!replies.ok()) {
    connection_ = nullptr;
    return replies.status();
  }
  Answers answers;
  const absl::Status understood = TakeReplies(*replies, answers);
  observation.view = std::move(answers.view);
  observation.config = std::move(answers.config);
  RETURN_IF_ERROR(understood);
  if (depth == Depth::kFull) {
    ASSIGN_OR_RETURN(const FunctionLibraries libraries, ReadFunctions(*connection_, timeout));
    observation.view.functions_digest = DigestFunctions(libraries);
  }
  return absl::OkStatus();
}

}  // namespace redisop
