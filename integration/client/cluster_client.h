// A Redis Cluster client for tests: follows MOVED and ASK, learns the slot map from CLUSTER SLOTS,
// and says of each command whether it was acknowledged, refused, or of unknown outcome. Independent
// of the operator's own Redis code, so that it can judge it.
//
// One thread per client.

#ifndef REDIS_OPERATOR_INTEGRATION_CLIENT_CLUSTER_CLIENT_H_
#define REDIS_OPERATOR_INTEGRATION_CLIENT_CLUSTER_CLIENT_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct redisContext;

namespace redisop::integration {

struct Endpoint {
  std::string host;
  int port = 0;
  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

// What became of one command.
struct Outcome {
  enum class Kind {
    kAcknowledged,  // the server answered; `value` is its answer
    kRefused,       // the server answered with an error: it was not done
    kUnknown,       // no answer: it may have been done
  };
  Kind kind = Kind::kUnknown;
  std::optional<std::string> value;  // nullopt: nil
  std::string error;
};

struct ClientCounts {
  uint64_t moved = 0;
  uint64_t ask = 0;
  uint64_t tryagain = 0;
  uint64_t reconnects = 0;
  std::map<std::string, uint64_t> errors;  // first word of every other error, or "connection"
};

class ClusterClient {
 public:
  // `seeds`: any nodes of the cluster. Each command may take `timeout_milliseconds` per attempt.
  explicit ClusterClient(std::vector<Endpoint> seeds, int timeout_milliseconds = 2000);
  ~ClusterClient();
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;

  // Runs a command whose first key is `key`, following redirections (at most 16).
  Outcome Run(const std::string& key, const std::vector<std::string>& arguments);

  const ClientCounts& counts() const { return counts_; }

 private:
  struct Connection;
  Connection* Connect(const Endpoint& endpoint);
  void Drop(const Endpoint& endpoint);
  bool LearnSlots();
  bool LearnSlotsFrom(const Endpoint& endpoint);
  Endpoint OwnerOf(int slot);
  Outcome Redirected(const std::string& error, Endpoint* next, bool* asking, int slot);

  const std::vector<Endpoint> seeds_;
  const int timeout_milliseconds_;
  std::array<uint16_t, 16384> owner_{};  // index into endpoints_, 0: unknown
  std::vector<Endpoint> endpoints_;
  std::map<Endpoint, std::unique_ptr<Connection>> connections_;
  ClientCounts counts_;
};

// The hash slot of a key: CRC16 of the part in braces, if there is one (Redis Cluster
// specification, "Keys distribution model").
int SlotOf(const std::string& key);

}  // namespace redisop::integration

#endif  // REDIS_OPERATOR_INTEGRATION_CLIENT_CLUSTER_CLIENT_H_
