#include "common/redis/cluster_nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

struct ParsedLine {
  Node node;
  bool myself = false;
  bool handshake = false;
};

absl::Status Wrong(std::string_view what) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, what);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  size_t at = 0;
  while (at <= text.size()) {
    const size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) {
      parts.push_back(text.substr(at, end - at));
    }
    at = end + 1;
  }
  return parts;
}

bool IsNodeId(std::string_view id) {
  return id.size() == 40 && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

absl::StatusOr<uint64_t> ParseNumber(std::string_view text, std::string_view what) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Wrong(fmt::format("{} '{}' is not a number", what, text));
  }
  return number;
}

absl::Status ReadFlags(std::string_view flags, ParsedLine& line) {
  bool has_role = false;
  for (const std::string_view flag : Split(flags, ',')) {
    if (flag == "myself") {
      line.myself = true;
    } else if (flag == "master" || flag == "slave") {
      has_role = true;
      line.node.role = flag == "master" ? Role::kPrimary : Role::kReplica;
    } else if (flag == "fail") {
      line.node.health = Health::kFailed;
    } else if (flag == "fail?" && line.node.health == Health::kOk) {
      line.node.health = Health::kSuspected;
    } else if (flag == "handshake") {
      line.handshake = true;
    } else if (flag == "noaddr") {
      line.node.unobserved = true;
    }
  }
  if (!has_role && !line.handshake && flags.find("noflags") == std::string_view::npos) {
    return Wrong(fmt::format("flags '{}' name no role", flags));
  }
  return absl::OkStatus();
}

// "[93->-id]" or "[93-<-id]".
absl::StatusOr<OpenSlot> ParseOpenSlot(std::string_view part) {
  const size_t mark =
      part.find("->-") != std::string_view::npos ? part.find("->-") : part.find("-<-");
  if (mark == std::string_view::npos || part.back() != ']') {
    return Wrong(fmt::format("'{}' is not an open slot like [93->-id]", part));
  }
  ASSIGN_OR_RETURN(const SlotSet slot, SlotSet::Parse(part.substr(1, mark - 1)));
  const std::string_view peer = part.substr(mark + 3, part.size() - mark - 4);
  if (slot.size() != 1 || !IsNodeId(peer)) {
    return Wrong(fmt::format("'{}' is not an open slot like [93->-id]", part));
  }
  return OpenSlot{
      slot.Slots().front(),
      part[mark + 1] == '>' ? OpenSlot::Direction::kMigrating : OpenSlot::Direction::kImporting,
      std::string(peer)};
}

absl::Status ReadSlots(const std::vector<std::string_view>& words, Node& node) {
  std::string ranges;
  for (size_t i = 8; i < words.size(); ++i) {
    if (words[i].front() == '[') {
      ASSIGN_OR_RETURN(OpenSlot open, ParseOpenSlot(words[i]));
      node.open_slots.push_back(std::move(open));
    } else {
      ranges += fmt::format(" {}", words[i]);
    }
  }
  ASSIGN_OR_RETURN(node.slots, SlotSet::Parse(ranges));
  return absl::OkStatus();
}

// id address flags primary ping-sent pong-received epoch link slots…
absl::StatusOr<ParsedLine> ParseLine(std::string_view text) {
  const std::vector<std::string_view> words = Split(text, ' ');
  if (words.size() < 8) {
    return Wrong(fmt::format("has {} words, at least 8 are needed", words.size()));
  }
  ParsedLine line;
  if (!IsNodeId(words[0])) {
    return Wrong(fmt::format("id '{}' is not 40 hexadecimal digits", words[0]));
  }
  line.node.id = words[0];
  line.node.address = words[1].substr(0, words[1].find(','));
  RETURN_IF_ERROR(ReadFlags(words[2], line));
  if (words[3] != "-") {
    if (!IsNodeId(words[3])) {
      return Wrong(fmt::format("primary '{}' is neither '-' nor 40 hexadecimal digits", words[3]));
    }
    line.node.primary_id = words[3];
  }
  ASSIGN_OR_RETURN(line.node.config_epoch, ParseNumber(words[6], "config epoch"));
  if (words[7] != "connected" && words[7] != "disconnected") {
    return Wrong(fmt::format("link state '{}' is unknown", words[7]));
  }
  if (!line.myself && (words[7] == "disconnected" || line.node.health == Health::kFailed)) {
    line.node.unobserved = true;
  }
  RETURN_IF_ERROR(ReadSlots(words, line.node));
  if (line.node.role == Role::kReplica && !line.node.slots.empty()) {
    return Wrong("a replica cannot own slots");
  }
  return line;
}

absl::Status CheckReferences(const std::vector<ParsedLine>& lines) {
  std::set<std::string_view> ids;
  int selves = 0;
  for (const ParsedLine& line : lines) {
    if (!ids.insert(line.node.id).second) {
      return Wrong(fmt::format("id {} is listed twice", line.node.id));
    }
    selves += line.myself ? 1 : 0;
  }
  if (selves > 1) {
    return Wrong("two lines carry 'myself'");
  }
  for (const ParsedLine& line : lines) {
    if (!line.node.primary_id.empty() && !ids.contains(line.node.primary_id)) {
      return Wrong(fmt::format("node {} replicates {}, which is not listed", line.node.id,
                               line.node.primary_id));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ParsedLine>> ParseLines(std::string_view text) {
  if (text.size() > kClusterNodesBytesMax) {
    return Wrong(fmt::format("{} bytes, at most {} are read", text.size(), kClusterNodesBytesMax));
  }
  std::vector<ParsedLine> lines;
  int number = 0;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view row = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (!row.empty() && row.back() == '\r') {
      row.remove_suffix(1);
    }
    if (row.find_first_not_of(' ') == std::string_view::npos) {
      continue;
    }
    absl::StatusOr<ParsedLine> line = ParseLine(row);
    if (!line.ok()) {
      return Annotate(line.status(), fmt::format("line {}", number));
    }
    lines.push_back(*std::move(line));
  }
  if (lines.empty()) {
    return Wrong("no line names a node");
  }
  RETURN_IF_ERROR(CheckReferences(lines));
  return lines;
}

}  // namespace

absl::StatusOr<NodeView> ParseClusterNodes(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<ParsedLine> lines, ParseLines(text));
  NodeView view;
  bool has_self = false;
  for (ParsedLine& line : lines) {
    view.current_epoch = std::max(view.current_epoch, line.node.config_epoch);
    if (line.myself) {
      has_self = true;
      view.self = std::move(line.node);
      view.self.unobserved = false;
    } else if (line.handshake) {
      view.handshake_ids.push_back(line.node.id);
    } else {
      view.peers.push_back(std::move(line.node));
    }
  }
  if (!has_self) {
    return Wrong("no line carries 'myself'");
  }
  view.self.alone = lines.size() == 1;
  std::sort(view.peers.begin(), view.peers.end(),
            [](const Node& a, const Node& b) { return a.id < b.id; });
  std::sort(view.handshake_ids.begin(), view.handshake_ids.end());
  return view;
}

absl::StatusOr<ClusterSnapshot> SnapshotFromClusterNodes(std::string_view text) {
  ASSIGN_OR_RETURN(std::vector<ParsedLine> lines, ParseLines(text));
  ClusterSnapshot snapshot;
  for (ParsedLine& line : lines) {
    if (!line.handshake) {
      line.node.alone = lines.size() == 1;
      snapshot.formed |= lines.size() > 1 || !line.node.slots.empty();
      snapshot.nodes.push_back(std::move(line.node));
    }
  }
  if (snapshot.nodes.empty()) {
    return Wrong("every node is in handshake");
  }
  return Canonical(std::move(snapshot));
}

}  // namespace redisop
