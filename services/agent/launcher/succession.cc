#include "services/agent/launcher/succession.h"

#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <sstream>

#include "services/agent/launcher/instance_dir.h"
#include "services/agent/launcher/resp_client.h"

namespace redisop {
namespace {

constexpr int kAnswerMilliseconds = 300;
constexpr int kLookEveryMilliseconds = 50;
constexpr int kSayEverySeconds = 10;

// One line of nodes.conf or CLUSTER NODES: id address flags primary ping pong epoch link slot…
struct Line {
  std::string id, address, flags, primary;
  bool has_slots = false;
};

std::optional<Line> ParseLine(const std::string& text) {
  std::istringstream words(text);
  Line line;
  std::string ping, pong, epoch, link, slot;
  if (!(words >> line.id >> line.address >> line.flags >> line.primary >> ping >> pong >> epoch >>
        link) ||
      line.id.size() != 40) {
    return std::nullopt;
  }
  line.address = line.address.substr(0, line.address.find('@'));
  line.has_slots = static_cast<bool>(words >> slot);
  return line;
}

bool Has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::vector<Line> ParseLines(std::string_view text) {
  std::istringstream all{std::string(text)};
  std::vector<Line> lines;
  for (std::string row; std::getline(all, row);) {
    if (std::optional<Line> line = ParseLine(row)) lines.push_back(*std::move(line));
  }
  return lines;
}

std::optional<std::string> Ask(const std::string& address, const Settings& settings,
                               const std::vector<std::string>& command) {
  RespClient client(address, kAnswerMilliseconds);
  if (const std::string password = settings.Value("requirepass", ""); !password.empty()) {
    client.Call({"AUTH", password});
  }
  return client.Call(command);
}

std::string Field(const std::string& info, const std::string& name) {
  const size_t at = info.find("\n" + name + ":");
  if (at == std::string::npos) return "";
  const size_t start = at + name.size() + 2;
  return info.substr(start, info.find('\r', start) - start);
}

// How a replica stands to the address that is to be used again.
struct Standing {
  bool reached = false;
  bool follows = false;
  long long offset = 0;
};

Standing LookAt(const ListedNode& replica, const std::string& ip, const Settings& settings) {
  const std::optional<std::string> info = Ask(replica.address, settings, {"INFO", "replication"});
  Standing standing;
  standing.reached = info.has_value() && Has(*info, "role:");
  if (standing.reached) {
    standing.follows = Field(*info, "role") == "slave" && Field(*info, "master_host") == ip &&
                       Field(*info, "master_port") == std::to_string(kRedisPort);
    standing.offset = std::atoll(Field(*info, "slave_repl_offset").c_str());
  }
  return standing;
}

// Whether somebody who can be reached, and knows this node, knows that `other` does not follow it.
bool IsReleased(const ListedNode& other, const FormerSelf& self, const Settings& settings) {
  for (const ListedNode& witness : self.others) {
    const std::optional<std::string> view = Ask(witness.address, settings, {"CLUSTER", "NODES"});
    if (!view || !Has(*view, self.id)) continue;
    bool follows = false;
    for (const Line& line : ParseLines(*view)) {
      follows = follows || (line.id == other.id && line.primary == self.id);
    }
    return !follows;
  }
  return false;
}

}  // namespace

FormerSelf ReadFormerSelf(std::string_view nodes_conf) {
  FormerSelf self;
  const std::vector<Line> lines = ParseLines(nodes_conf);
  for (const Line& line : lines) {
    if (Has(line.flags, "myself")) {
      self.id = line.id;
      self.owned_slots = Has(line.flags, "master") && line.has_slots;
    }
  }
  for (const Line& line : lines) {
    const bool failed = Has(line.flags, "fail") && !Has(line.flags, "fail?");
    if (line.id != self.id && !failed && !Has(line.flags, "noaddr") &&
        !Has(line.flags, "handshake")) {
      self.others.push_back({line.id, line.address, line.has_slots});
    }
  }
  return self;
}

void AwaitSuccession(const FormerSelf& self, const std::string& ip, const Settings& settings) {
  bool told = false;
  auto said = std::chrono::steady_clock::time_point();
  while (true) {
    const ListedNode* heir = nullptr;
    const ListedNode* unreached = nullptr;
    long long best = -1;
    for (const ListedNode& other : self.others) {
      const Standing standing = LookAt(other, ip, settings);
      if (!standing.reached && self.owned_slots && !other.owned_slots &&
          !IsReleased(other, self, settings)) {
        unreached = &other;
      }
      if (standing.follows && standing.offset > best) {
        heir = &other;
        best = standing.offset;
      }
    }
    if (heir == nullptr && unreached == nullptr) return;
    if (heir != nullptr && self.owned_slots && !told) {
      told = true;
      Ask(heir->address, settings, {"CLUSTER", "FAILOVER", "FORCE"});
    }
    const auto now = std::chrono::steady_clock::now();
    if (now - said > std::chrono::seconds(kSayEverySeconds)) {
      said = now;
      const ListedNode& whom = heir != nullptr ? *heir : *unreached;
      std::cerr << "Waiting before this node comes back empty: " << whom.id << " at "
                << whom.address
                << (heir != nullptr ? " still follows it\n" : " may follow it and can't be asked\n")
                << std::flush;
    }
    poll(nullptr, 0, kLookEveryMilliseconds);
  }
}

}  // namespace redisop
