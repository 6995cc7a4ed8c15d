#include "services/planner/core/drawing.h"

#include <fmt/format.h>

#include <sstream>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

absl::Status Wrong(std::string_view word) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, fmt::format("'{}'", word));
}

bool IsNumber(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "3-0": shard and member.
bool SplitName(const std::string& name, std::string& shard, int& member) {
  const size_t dash = name.find('-');
  if (dash == std::string::npos || !IsNumber(name.substr(0, dash)) ||
      !IsNumber(name.substr(dash + 1))) {
    return false;
  }
  shard = name.substr(0, dash);
  member = std::stoi(name.substr(dash + 1));
  return true;
}

absl::Status ReadFlag(const std::string& word, Node& node) {
  if (word == "failed") {
    node.health = Health::kFailed;
    node.unobserved = true;
  } else if (word == "answers") {
    node.unobserved = false;
  } else if (word == "unobserved") {
    node.unobserved = true;
  } else if (word == "suspected") {
    node.health = Health::kSuspected;
  } else if (word == "syncing") {
    node.link = Link::kSyncing;
  } else if (word == "down") {
    node.link = Link::kDown;
  } else if (word == "alone") {
    node.alone = true;
  } else if (word == "leaving") {
    node.leaving = true;
  } else if (word == "loading") {
    node.loading = true;
  } else {
    ASSIGN_OR_RETURN(const SlotSet slots, SlotSet::Parse(word));
    node.slots.Add(slots);
  }
  return absl::OkStatus();
}

// "0-99:10/2000,100:7": keys and bytes of each slot.
absl::Status ReadLoads(const std::string& text, Node& node) {
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const size_t colon = part.find(':');
    ASSIGN_OR_RETURN(const SlotSet slots, SlotSet::Parse(part.substr(0, colon)));
    if (colon == std::string::npos || slots.Ranges().size() != 1) {
      return Wrong(part);
    }
    const size_t slash = part.find('/', colon);
    node.slot_loads.push_back(
        {slots.Ranges().front(), std::stoull(part.substr(colon + 1)),
         slash == std::string::npos ? 0 : std::stoull(part.substr(slash + 1))});
  }
  return absl::OkStatus();
}

absl::Status ReadValue(const std::string& name, const std::string& value, Node& node) {
  if (name == "zone") {
    node.zone = value;
  } else if (name == "host") {
    node.host = value;
  } else if (name == "shard") {
    node.shard = value;
  } else if (name == "unknown") {
    node.unknown_ids.push_back(value);
  } else if (name == "loads") {
    return ReadLoads(value, node);
  } else if (name == "migrating" || name == "importing") {
    const size_t colon = value.find(':');
    node.open_slots.push_back(
        {std::stoi(value.substr(0, colon)),
         name == "migrating" ? OpenSlot::Direction::kMigrating : OpenSlot::Direction::kImporting,
         value.substr(colon + 1)});
  } else if (IsNumber(value)) {
    uint64_t* const target = name == "keys"     ? &node.keys
                             : name == "used"   ? &node.used_memory_bytes
                             : name == "max"    ? &node.max_memory_bytes
                             : name == "epoch"  ? &node.config_epoch
                             : name == "lag"    ? &node.lag_bytes
                             : name == "offset" ? &node.offset
                                                : nullptr;
    if (target == nullptr) {
      return Wrong(name);
    }
    *target = std::stoull(value);
  } else {
    return Wrong(name);
  }
  return absl::OkStatus();
}

absl::StatusOr<Node> ReadNode(const std::vector<std::string>& words) {
  Node node;
  node.id = words[0];
  if (SplitName(node.id, node.shard, node.member)) {
    node.pod = "redis-" + node.id;
    node.pod_uid = "uid-" + node.id;
  }
  for (size_t i = 1; i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    if (words[i] == "replica") {
      node.role = Role::kReplica;
    } else if (words[i] == "of" && i + 1 < words.size()) {
      node.primary_id = words[++i];
    } else if (words[i] == "primary") {
      node.role = Role::kPrimary;
    } else if (equals != std::string::npos) {
      RETURN_IF_ERROR(ReadValue(words[i].substr(0, equals), words[i].substr(equals + 1), node));
    } else {
      RETURN_IF_ERROR(ReadFlag(words[i], node));
    }
  }
  return node;
}

absl::Status ReadPod(const std::vector<std::string>& words, ClusterSnapshot& snapshot) {
  Pod pod;
  pod.name = "redis-" + words[1];
  pod.uid = "uid-" + words[1];
  if (!SplitName(words[1], pod.shard, pod.member)) {
    return Wrong(words[1]);
  }
  for (size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "waiting") {
      pod.waiting_reason = "Unschedulable: no machine has room";
    } else if (words[i] == "leaving") {
      pod.leaving = true;
    } else if (words[i].rfind("zone=", 0) == 0) {
      pod.zone = words[i].substr(5);
    } else if (words[i].rfind("host=", 0) == 0) {
      pod.host = words[i].substr(5);
    } else {
      return Wrong(words[i]);
    }
  }
  snapshot.pods.push_back(std::move(pod));
  return absl::OkStatus();
}

absl::Status ReadHost(const std::vector<std::string>& words, ClusterSnapshot& snapshot) {
  Host host{.name = words[1], .zone = "", .unschedulable = false};
  for (size_t i = 2; i < words.size(); ++i) {
    if (words[i].rfind("zone=", 0) == 0) {
      host.zone = words[i].substr(5);
    } else if (words[i] == "unschedulable") {
      host.unschedulable = true;
    } else {
      return Wrong(words[i]);
    }
  }
  snapshot.hosts.push_back(std::move(host));
  return absl::OkStatus();
}

absl::Status ReadLine(const std::vector<std::string>& words, ClusterSnapshot& snapshot) {
  if (words[0] == "pod" && words.size() > 1) {
    return ReadPod(words, snapshot);
  }
  if (words[0] == "host" && words.size() > 1) {
    return ReadHost(words, snapshot);
  }
  if (words[0] == "lacking" && words.size() == 2) {
    snapshot.lacking_functions.push_back(words[1]);
    return absl::OkStatus();
  }
  if (words[0] == "attributed" && words.size() == 3) {
    ASSIGN_OR_RETURN(const SlotSet slots, SlotSet::Parse(words[2]));
    snapshot.attributed.push_back({words[1], slots});
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(Node node, ReadNode(words));
  snapshot.nodes.push_back(std::move(node));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClusterSnapshot> ReadDrawing(std::string_view text) {
  ClusterSnapshot snapshot;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) {
      words.push_back(word);
    }
    if (words.empty()) {
      continue;
    }
    if (const absl::Status status = ReadLine(words, snapshot); !status.ok()) {
      return Annotate(status, fmt::format("line {}", number));
    }
  }
  return Canonical(std::move(snapshot));
}

}  // namespace redisop
