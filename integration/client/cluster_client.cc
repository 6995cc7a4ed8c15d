#include "integration/client/cluster_client.h"

#include <hiredis/hiredis.h>

#include <cstdlib>
#include <utility>

namespace redisop::integration {
namespace {

constexpr int kRedirectionsMax = 16;

struct ReplyFree {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, ReplyFree>;

uint16_t Crc16(const std::string& text) {
  uint16_t crc = 0;
  for (const char c : text) {
    crc = static_cast<uint16_t>(crc ^ (static_cast<uint16_t>(static_cast<unsigned char>(c)) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  }
  return crc;
}

Endpoint ParseEndpoint(const std::string& text) {
  const size_t colon = text.rfind(':');
  return {text.substr(0, colon), std::atoi(text.c_str() + colon + 1)};
}

Outcome Acknowledged(const redisReply& reply) {
  Outcome outcome{Outcome::Kind::kAcknowledged, std::nullopt, ""};
  if (reply.type == REDIS_REPLY_INTEGER) {
    outcome.value = std::to_string(reply.integer);
  } else if (reply.type != REDIS_REPLY_NIL) {
    outcome.value = std::string(reply.str, reply.len);
  }
  return outcome;
}

}  // namespace

struct ClusterClient::Connection {
  explicit Connection(redisContext* c) : context(c) {}
  ~Connection() { redisFree(context); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Reply Call(const std::vector<std::string>& arguments) const {
    std::vector<const char*> texts;
    std::vector<size_t> sizes;
    for (const std::string& argument : arguments) {
      texts.push_back(argument.data());
      sizes.push_back(argument.size());
    }
    return Reply(static_cast<redisReply*>(
        redisCommandArgv(context, static_cast<int>(arguments.size()), texts.data(), sizes.data())));
  }

  redisContext* const context;
};

int SlotOf(const std::string& key) {
  const size_t open = key.find('{');
  if (open != std::string::npos) {
    const size_t close = key.find('}', open + 1);
    if (close != std::string::npos && close > open + 1) {
      return Crc16(key.substr(open + 1, close - open - 1)) % 16384;
    }
  }
  return Crc16(key) % 16384;
}

ClusterClient::ClusterClient(std::vector<Endpoint> seeds, int timeout_milliseconds)
    : seeds_(std::move(seeds)), timeout_milliseconds_(timeout_milliseconds), endpoints_(1) {}

ClusterClient::~ClusterClient() = default;

ClusterClient::Connection* ClusterClient::Connect(const Endpoint& endpoint) {
  if (auto found = connections_.find(endpoint); found != connections_.end()) {
    return found->second.get();
  }
  const timeval timeout{timeout_milliseconds_ / 1000, (timeout_milliseconds_ % 1000) * 1000};
  redisContext* context = redisConnectWithTimeout(endpoint.host.c_str(), endpoint.port, timeout);
  if (context == nullptr) {
    return nullptr;
  }
  if (context->err != 0) {
    redisFree(context);
    return nullptr;
  }
  redisSetTimeout(context, timeout);
  ++counts_.reconnects;
  return connections_.emplace(endpoint, std::make_unique<Connection>(context)).first->second.get();
}

void ClusterClient::Drop(const Endpoint& endpoint) { connections_.erase(endpoint); }

bool ClusterClient::LearnSlotsFrom(const Endpoint& endpoint) {
  Connection* connection = Connect(endpoint);
  if (connection == nullptr) {
    return false;
  }
  const Reply reply = connection->Call({"CLUSTER", "SLOTS"});
  if (reply == nullptr || reply->type != REDIS_REPLY_ARRAY || reply->elements == 0) {
    Drop(endpoint);
    return false;
  }
  owner_.fill(0);
  endpoints_.assign(1, Endpoint{});
  std::map<Endpoint, uint16_t> index;
  for (size_t i = 0; i < reply->elements; ++i) {
    const redisReply& range = *reply->element[i];
    const redisReply& node = *range.element[2];
    const Endpoint owner{std::string(node.element[0]->str, node.element[0]->len),
                         static_cast<int>(node.element[1]->integer)};
    auto [at, added] = index.emplace(owner, static_cast<uint16_t>(endpoints_.size()));
    if (added) {
      endpoints_.push_back(owner);
    }
    for (long long s = range.element[0]->integer; s <= range.element[1]->integer; ++s) {
      owner_[static_cast<size_t>(s)] = at->second;
    }
  }
  return true;
}

bool ClusterClient::LearnSlots() {
  std::vector<Endpoint> candidates = endpoints_;
  candidates.insert(candidates.end(), seeds_.begin(), seeds_.end());
  for (const Endpoint& endpoint : candidates) {
    if (!endpoint.host.empty() && LearnSlotsFrom(endpoint)) {
      return true;
    }
  }
  return false;
}

Endpoint ClusterClient::OwnerOf(int slot) {
  if (owner_[static_cast<size_t>(slot)] == 0) {
    LearnSlots();
  }
  const uint16_t at = owner_[static_cast<size_t>(slot)];
  return at != 0 ? endpoints_[at] : seeds_.front();
}

// Where an error sends the command next. An empty host: nowhere, the outcome stands.
Outcome ClusterClient::Redirected(const std::string& error, Endpoint* next, bool* asking,
                                  int slot) {
  const std::string word = error.substr(0, error.find(' '));
  *asking = false;
  if (word == "MOVED" || word == "ASK") {
    *next = ParseEndpoint(error.substr(error.rfind(' ') + 1));
    *asking = word == "ASK";
    if (word == "MOVED") {
      ++counts_.moved;
      LearnSlots();
    } else {
      ++counts_.ask;
    }
  } else if (word == "TRYAGAIN") {
    ++counts_.tryagain;
    *next = OwnerOf(slot);
  } else {
    ++counts_.errors[word];
    *next = Endpoint{};
  }
  return {Outcome::Kind::kRefused, std::nullopt, error};
}

Outcome ClusterClient::Run(const std::string& key, const std::vector<std::string>& arguments) {
  const int slot = SlotOf(key);
  Endpoint endpoint = OwnerOf(slot);
  bool asking = false;
  Outcome outcome{Outcome::Kind::kRefused, std::nullopt, "too many redirections"};
  for (int i = 0; i < kRedirectionsMax; ++i) {
    Connection* connection = Connect(endpoint);
    if (connection == nullptr) {
      ++counts_.errors["connection"];
      LearnSlots();
      return {Outcome::Kind::kRefused, std::nullopt, "could not connect to " + endpoint.host};
    }
    if (asking) {
      connection->Call({"ASKING"});
    }
    const Reply reply = connection->Call(arguments);
    if (reply == nullptr) {
      ++counts_.errors["connection"];
      const std::string error = connection->context->errstr;
      Drop(endpoint);
      LearnSlots();
      return {Outcome::Kind::kUnknown, std::nullopt, error};
    }
    if (reply->type != REDIS_REPLY_ERROR) {
      return Acknowledged(*reply);
    }
    outcome = Redirected(std::string(reply->str, reply->len), &endpoint, &asking, slot);
    if (endpoint.host.empty()) {
      break;
    }
  }
  return outcome;
}

}  // namespace redisop::integration
