#include "common/rpc/grpc_log.h"

#include <grpc/support/log.h>

#include "common/obs/log.h"

namespace redisop {
namespace {

void Write(gpr_log_func_args* args) {
  static const auto& log = *new Logger("grpc");
  log.Warn("Got an error from gRPC", {{"err", args->message}});
}

}  // namespace

void RouteGrpcLog() {
  static const bool routed = [] {
    gpr_set_log_function(Write);
    gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
    return true;
  }();
  static_cast<void>(routed);
}

}  // namespace redisop
