// Runs redis_py_writers.py: traffic through the Python `redis` package with its default settings.
//
// One thread.

#ifndef REDIS_OPERATOR_INTEGRATION_CLIENT_REDIS_PY_H_
#define REDIS_OPERATOR_INTEGRATION_CLIENT_REDIS_PY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/testing/process.h"
#include "common/testing/temp_dir.h"
#include "integration/client/cluster_client.h"

namespace redisop::integration {

struct RedisPyReport {
  uint64_t acknowledged = 0;
  uint64_t lost = 0;
  uint64_t phantoms = 0;
  std::map<std::string, uint64_t> errors;  // exceptions that reached the caller
};

class RedisPy {
 public:
  // Returns when the writers write. kNotFound: no build/venv; `make setup` makes it.
  static absl::StatusOr<std::unique_ptr<RedisPy>> Start(const Endpoint& seed, int threads);

  // Ends the writers, has every key read back, and reports.
  absl::StatusOr<RedisPyReport> Stop();

 private:
  RedisPy() = default;

  TempDir directory_;
  std::unique_ptr<Process> process_;
};

}  // namespace redisop::integration

#endif  // REDIS_OPERATOR_INTEGRATION_CLIENT_REDIS_PY_H_
