// A known set of keys: written before a change, compared afterwards.

#ifndef REDIS_OPERATOR_INTEGRATION_CLIENT_DATASET_H_
#define REDIS_OPERATOR_INTEGRATION_CLIENT_DATASET_H_

#include <cstdint>
#include <vector>

#include "integration/client/cluster_client.h"

namespace redisop::integration {

struct Dataset {
  int keys = 0;
  int value_bytes = 0;
};

// Writes every key, over several connections. How many writes were not acknowledged.
uint64_t WriteDataset(const std::vector<Endpoint>& seeds, const Dataset& dataset);

// Reads every key. How many are missing, differ, or could not be read.
uint64_t CountWrong(const std::vector<Endpoint>& seeds, const Dataset& dataset);

}  // namespace redisop::integration

#endif  // REDIS_OPERATOR_INTEGRATION_CLIENT_DATASET_H_
