#include "integration/client/dataset.h"

#include <fmt/format.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace redisop::integration {
namespace {

constexpr int kConnections = 8;

std::string KeyName(int number) { return fmt::format("dataset:{}", number); }

std::string ValueOf(int number, const Dataset& dataset) {
  std::string value = fmt::format("{}:", number);
  value.resize(static_cast<size_t>(dataset.value_bytes), 'v');
  return value;
}

// Does something with each key, on its own client per connection; counts the times it was not done.
uint64_t ForEachKey(const std::vector<Endpoint>& seeds, const Dataset& dataset,
                    const std::function<bool(ClusterClient&, int number)>& act) {
  std::atomic<uint64_t> wrong = 0;
  std::vector<std::thread> threads;
  for (int connection = 0; connection < kConnections; ++connection) {
    threads.emplace_back([&, connection] {
      ClusterClient client(seeds);
      for (int number = connection; number < dataset.keys; number += kConnections) {
        wrong += act(client, number) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return wrong;
}

}  // namespace

uint64_t WriteDataset(const std::vector<Endpoint>& seeds, const Dataset& dataset) {
  return ForEachKey(seeds, dataset, [&dataset](ClusterClient& client, int number) {
    const std::string key = KeyName(number);
    return client.Run(key, {"SET", key, ValueOf(number, dataset)}).kind ==
           Outcome::Kind::kAcknowledged;
  });
}

uint64_t CountWrong(const std::vector<Endpoint>& seeds, const Dataset& dataset) {
  return ForEachKey(seeds, dataset, [&dataset](ClusterClient& client, int number) {
    const std::string key = KeyName(number);
    return client.Run(key, {"GET", key}).value == ValueOf(number, dataset);
  });
}

}  // namespace redisop::integration
