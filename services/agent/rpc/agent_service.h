// AgentService over the agent's parts: thin handlers, no decisions. The contract is the proto's.
//
// Nothing blocks a thread of gRPC: what asks redis-server runs on the pool; who waits for a step is
// called when it ends.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_RPC_AGENT_SERVICE_H_
#define REDIS_OPERATOR_SERVICES_AGENT_RPC_AGENT_SERVICE_H_

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "redisoperator/agent/v1/agent_service.grpc.pb.h"
#include "services/agent/execute/step_executor.h"
#include "services/agent/managed_instance.h"
#include "services/agent/rpc/latest_stream.h"
#include "services/agent/worker_pool.h"

namespace redisop {

class AgentServiceImpl : public redisoperator::agent::v1::AgentService::CallbackService {
 public:
  // All must outlive this. `pool` is for readings, not for steps.
  AgentServiceImpl(InstanceSet& instances, StepExecutor& executor, WorkerPool& pool,
                   const Clock& clock)
      : instances_(instances), executor_(executor), pool_(pool), clock_(clock) {}

  // Ends all streams and accepts no more: before the server drains. Thread-safe.
  void EndStreams();

  grpc::ServerUnaryReactor* Observe(grpc::CallbackServerContext* context,
                                    const redisoperator::agent::v1::ObserveRequest* request,
                                    redisoperator::agent::v1::ObserveResponse* response) override;
  grpc::ServerWriteReactor<redisoperator::agent::v1::WatchNodeResponse>* WatchNode(
      grpc::CallbackServerContext* context,
      const redisoperator::agent::v1::WatchNodeRequest* request) override;
  grpc::ServerUnaryReactor* StartStep(
      grpc::CallbackServerContext* context,
      const redisoperator::agent::v1::StartStepRequest* request,
      redisoperator::agent::v1::StartStepResponse* response) override;
  grpc::ServerUnaryReactor* GetStep(grpc::CallbackServerContext* context,
                                    const redisoperator::agent::v1::GetStepRequest* request,
                                    redisoperator::agent::v1::GetStepResponse* response) override;
  grpc::ServerWriteReactor<redisoperator::agent::v1::WatchStepResponse>* WatchStep(
      grpc::CallbackServerContext* context,
      const redisoperator::agent::v1::WatchStepRequest* request) override;
  grpc::ServerUnaryReactor* CancelStep(
      grpc::CallbackServerContext* context,
      const redisoperator::agent::v1::CancelStepRequest* request,
      redisoperator::agent::v1::CancelStepResponse* response) override;

 private:
  // Remembers a stream for EndStreams, or ends it at once when there are too many.
  void Register(const std::shared_ptr<EndableStream>& stream);

  InstanceSet& instances_;
  StepExecutor& executor_;
  WorkerPool& pool_;
  const Clock& clock_;
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<EndableStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_RPC_AGENT_SERVICE_H_
