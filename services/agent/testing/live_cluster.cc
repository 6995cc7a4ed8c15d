#include "services/agent/testing/live_cluster.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/time/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "common/testing/await.h"
#include "common/testing/free_port.h"
#include "services/agent/execute/actions.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

[[noreturn]] void Die(std::string_view what) {
  std::fprintf(stderr, "live cluster: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

template <typename T>
T OrDie(absl::StatusOr<T> result, std::string_view what) {
  if (!result.ok()) Die(fmt::format("{}: {}", what, ToString(result.status())));
  return std::move(result).value();
}

}  // namespace

int SlotOf(std::string_view key) {
  unsigned crc = 0;
  for (const char c : key) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(c)) << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = ((crc & 0x8000U) != 0 ? (crc << 1) ^ 0x1021U : crc << 1) & 0xffffU;
    }
  }
  return static_cast<int>(crc % kSlotCount);
}

std::string KeyOf(int slot, int number) {
  static const std::array<int, kSlotCount>& tags = *[] {
    auto* table = new std::array<int, kSlotCount>();
    table->fill(-1);
    int left = kSlotCount;
    for (int i = 0; left > 0; ++i) {
      int& tag = (*table)[static_cast<size_t>(SlotOf(std::to_string(i)))];
      left -= tag < 0 ? 1 : 0;
      tag = tag < 0 ? i : tag;
    }
    return table;
  }();
  return fmt::format("{{{}}}:{}", tags[static_cast<size_t>(slot)], number);
}

LiveCluster::LiveCluster(int primaries, int primaries_with_slots, int replicas)
    : connector_(MakeSocketConnector({})), nodes_(static_cast<size_t>(primaries + replicas)) {
  for (LiveNode& node : nodes_) {
    node.port = FreePort();
    node.instance.directory = dir_.File(std::to_string(node.port));
    node.instance.address = fmt::format("127.0.0.1:{}@{}", node.port, node.port + 10000);
    if (std::system(("mkdir " + node.instance.directory).c_str()) != 0) Die("mkdir");
    node.server = OrDie(Process::Start({.arguments = {"redis-server",
                                                      "--port",
                                                      std::to_string(node.port),
                                                      "--bind",
                                                      "127.0.0.1",
                                                      "--dir",
                                                      node.instance.directory,
                                                      "--unixsocket",
                                                      node.instance.File("redis.sock"),
                                                      "--save",
                                                      "",
                                                      "--cluster-enabled",
                                                      "yes",
                                                      "--cluster-node-timeout",
                                                      "2000",
                                                      "--repl-diskless-sync-delay",
                                                      "0",
                                                      "--cluster-allow-replica-migration",
                                                      "no",
                                                      "--cluster-require-full-coverage",
                                                      "no",
                                                      "--enable-debug-command",
                                                      "yes"},
                                        .output_file = node.instance.File("log")}),
                        "redis-server");
  }
  for (LiveNode& node : nodes_) {
    if (!Await(kTimeout, [&] {
          auto connection = connector_->Connect(node.instance.Socket(), kTimeout);
          if (connection.ok()) node.redis = std::move(*connection);
          return connection.ok();
        })) {
      Die("a server does not answer");
    }
    node.id = OrDie(node.redis->Call({"CLUSTER", "MYID"}, kTimeout), "MYID").text;
  }
  Form(primaries, primaries_with_slots);
}

void LiveCluster::Form(int primaries, int primaries_with_slots) {
  for (int i = 0; i < primaries_with_slots; ++i) {
    const int first = kSlotCount * i / primaries_with_slots;
    const int last = kSlotCount * (i + 1) / primaries_with_slots - 1;
    Ask(i, {"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
  }
  for (int i = 0; i < size(); ++i) {
    Ask(i, {"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    for (const LiveNode& other : nodes_) {
      Ask(i, {"CLUSTER", "MEET", "127.0.0.1", std::to_string(other.port)});
    }
  }
  for (int i = primaries; i < size(); ++i) {
    if (!Await(kTimeout, [&] {
          return Ask(i, {"CLUSTER", "REPLICATE", node(i - primaries).id}).IsOk();
        })) {
      Die("REPLICATE");
    }
  }
  const auto in_sync = [&] {
    for (int i = primaries; i < size(); ++i) {
      const std::string info = Ask(i, {"INFO", "replication"}).text;
      if (info.find("master_link_status:up") == std::string::npos) return false;
    }
    return Agrees();
  };
  if (!Await(absl::Seconds(30), in_sync)) Die("the cluster does not form");
}

Reply LiveCluster::Ask(int node_index, const RedisCommand& command) {
  return OrDie(node(node_index).redis->Call(command, kTimeout), command[0]);
}

SlotSet LiveCluster::SlotsOf(int index) {
  return OrDie(ReadView(*node(index).redis), "CLUSTER NODES").self.slots;
}

int LiveCluster::OpenSlots() {
  size_t open = 0;
  for (LiveNode& node : nodes_) {
    if (node.redis == nullptr) continue;
    open += OrDie(ReadView(*node.redis), "CLUSTER NODES").self.open_slots.size();
  }
  return static_cast<int>(open);
}

bool LiveCluster::Agrees() {
  std::map<NodeId, SlotSet> owners;
  bool first = true;
  for (LiveNode& node : nodes_) {
    if (node.redis == nullptr) continue;
    const NodeView view = OrDie(ReadView(*node.redis), "CLUSTER NODES");
    std::map<NodeId, SlotSet> seen;
    if (!view.self.slots.empty()) seen[view.self.id] = view.self.slots;
    for (const Node& peer : view.peers) {
      if (!peer.slots.empty()) seen[peer.id] = peer.slots;
    }
    if (first) owners = seen;
    first = false;
    const ClusterInfo info = OrDie(ReadClusterInfo(*node.redis), "CLUSTER INFO");
    const bool complete = view.peers.size() + 1 == nodes_.size() && view.handshake_ids.empty();
    if (!info.state_ok || !complete || seen != owners) return false;
  }
  return true;
}

std::map<NodeId, RedisAddress> LiveCluster::Addresses() const {
  std::map<NodeId, RedisAddress> addresses;
  for (const LiveNode& node : nodes_) {
    if (node.redis != nullptr) addresses[node.id] = TcpAddress("127.0.0.1", node.port);
  }
  return addresses;
}

RedisConnection* LiveClient::At(int port) {
  std::unique_ptr<RedisConnection>& connection = connections_[port];
  if (connection == nullptr) {
    auto fresh = cluster_.connector().Connect(TcpAddress("127.0.0.1", port), kTimeout);
    if (!fresh.ok()) return nullptr;
    connection = std::move(*fresh);
  }
  return connection.get();
}

Reply LiveClient::Call(const RedisCommand& command) {
  int& port = ports_.try_emplace(command[1], cluster_.node(0).port).first->second;
  Reply reply;
  int asked_port = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int at = asked_port != 0 ? asked_port : port;
    RedisConnection* connection = At(at);
    if (connection == nullptr) {
      port = cluster_.node(attempt % cluster_.size()).port;
      continue;
    }
    std::vector<RedisCommand> burst;
    if (asked_port != 0) burst.push_back({"ASKING"});
    burst.push_back(command);
    const auto replies = connection->Pipeline(burst, kTimeout);
    asked_port = 0;
    if (!replies.ok()) {
      connections_.erase(at);
      return ErrorReply("LOST " + MessageOf(replies.status()));
    }
    reply = replies->back();
    const size_t colon = reply.text.rfind(':');
    if (reply.IsErrorOf("MOVED")) {
      port = std::atoi(reply.text.c_str() + colon + 1);
    } else if (reply.IsErrorOf("ASK")) {
      asked_port = std::atoi(reply.text.c_str() + colon + 1);
    } else if (!reply.IsErrorOf("TRYAGAIN") && !reply.IsErrorOf("CLUSTERDOWN")) {
      return reply;
    }
  }
  return reply;
}

void LiveControl::Pause(absl::Duration duration) { absl::SleepFor(duration); }

void LiveControl::Report(const StepProgress& now) {
  progress = now;
  reports.push_back(now);
}

class FailingConnector::Connection : public RedisConnection {
 public:
  Connection(FailingConnector& owner, std::unique_ptr<RedisConnection> real)
      : owner_(owner), real_(std::move(real)) {}

  absl::StatusOr<std::vector<Reply>> Pipeline(const std::vector<RedisCommand>& commands,
                                              absl::Duration timeout) override {
    if (owner_.calls_left_-- > 0) return real_->Pipeline(commands, timeout);
    if (owner_.calls_left_ == -1 && owner_.lose_replies_) {
      // The reply is thrown away: what it says is what the caller never learns.
      const bool reached = real_->Pipeline(commands, timeout).ok();
      return MakeStatus(absl::StatusCode::kDeadlineExceeded, reached ? "reply lost" : "lost");
    }
    return Failure();
  }
  absl::Status Send(absl::Span<const std::string_view> words) override {
    return owner_.failed() ? Failure() : real_->Send(words);
  }
  absl::Status Flush(absl::Duration timeout) override {
    if (owner_.calls_left_-- > 0) return real_->Flush(timeout);
    if (owner_.calls_left_ == -1 && owner_.lose_replies_) return real_->Flush(timeout);
    return Failure();
  }
  absl::StatusOr<Reply> Receive(absl::Duration timeout) override {
    if (owner_.failed()) return Failure();
    return real_->Receive(timeout);
  }
  size_t in_flight() const override { return real_->in_flight(); }

 private:
  static absl::Status Failure() {
    return MakeStatus(absl::StatusCode::kUnavailable, "injected failure");
  }

  FailingConnector& owner_;
  std::unique_ptr<RedisConnection> real_;
};

absl::StatusOr<std::unique_ptr<RedisConnection>> FailingConnector::Connect(
    const RedisAddress& address, absl::Duration timeout) {
  if (failed()) return MakeStatus(absl::StatusCode::kUnavailable, "injected failure");
  ASSIGN_OR_RETURN(auto real, real_.Connect(address, timeout));
  return std::make_unique<Connection>(*this, std::move(real));
}

StepOutcome RunStep(LiveCluster& cluster, int at, const StepKind& kind, RedisConnector& connector,
                    LiveControl& control, const std::function<void(StepRequest&)>& change) {
  StepRequest request;
  request.step_id = "test";
  request.step.kind = kind;
  request.peers = cluster.Addresses();
  request.timeout = absl::InfiniteDuration();
  change(request);
  InstanceMemory memory(cluster.node(at).instance.directory, SystemDisk());
  StepContext context(cluster.node(at).instance, request, connector, SystemClock(), control,
                      memory);
  const auto action =
      std::holds_alternative<MigrateSlots>(kind) ? MakeMigrateSlots() : MakeCloseOpenSlot();
  return action->Run(context);
}

StepOutcome RunStep(LiveCluster& cluster, int at, const StepKind& kind) {
  LiveControl control;
  return RunStep(cluster, at, kind, cluster.connector(), control);
}

}  // namespace redisop
