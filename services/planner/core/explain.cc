#include "services/planner/core/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace redisop {
namespace {

// Longer runs of steps of one kind and reason are shown by their first and last ones.
constexpr size_t kShownOfRun = 12;
constexpr size_t kSlotTextMax = 60;

std::string Count(size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    text += text.empty() ? part : fmt::format("{}{}", separator, part);
  }
  return text;
}

// "create 2 pods", …: one part for each kind of work, in the order in which it matters.
std::vector<std::string> PartsOf(const Plan& plan) {
  std::map<std::string_view, size_t> count;
  std::set<NodeId> sources;
  std::set<NodeId> targets;
  int assigned = 0;
  for (const Step& step : plan.steps) {
    ++count[KindName(step.kind)];
    if (const auto* migrate = std::get_if<MigrateSlots>(&step.kind)) {
      sources.insert(migrate->source_id);
      targets.insert(migrate->target_id);
    }
    assigned += std::holds_alternative<AssignSlots>(step.kind) ? step.size.slots : 0;
  }
  std::vector<std::string> parts;
  const auto add = [&](std::string_view kind, std::string_view verb, std::string_view one,
                       std::string_view many) {
    if (const auto found = count.find(kind); found != count.end()) {
      parts.push_back(fmt::format("{} {}", verb, Count(found->second, one, many)));
    }
  };
  add("CloseOpenSlot", "close", "interrupted slot move", "interrupted slot moves");
  add("TakeOver", "force", "takeover", "takeovers");
  add("CreatePod", "create", "pod", "pods");
  if (assigned > 0) {
    parts.push_back(
        fmt::format("assign {}", Count(static_cast<size_t>(assigned), "slot", "slots")));
  }
  if (count.contains("MeetNodes") && plan.bounds.slots_moved == 0 && assigned == 0 &&
      !count.contains("CreatePod")) {
    parts.emplace_back("make nodes meet");
  }
  add("CopyFunctions", "copy functions to", "primary", "primaries");
  add("AttachReplica", "attach", "replica", "replicas");
  add("PromoteReplica", "promote", "replica", "replicas");
  if (plan.bounds.slots_moved > 0) {
    parts.push_back(
        fmt::format("move {} from {} to {}",
                    Count(static_cast<size_t>(plan.bounds.slots_moved), "slot", "slots"),
                    sources.size() == 1 ? ShortId(*sources.begin())
                                        : fmt::format("{} primaries", sources.size()),
                    targets.size() == 1 ? ShortId(*targets.begin())
                                        : fmt::format("{} primaries", targets.size())));
  }
  add("ForgetNode", "forget", "node", "nodes");
  add("DeletePod", "delete", "pod", "pods");
  return parts;
}

std::string SizeText(const Step& step) {
  std::vector<std::string> parts;
  if (step.size.slots > 0) {
    parts.push_back(Count(static_cast<size_t>(step.size.slots), "slot", "slots"));
  }
  if (step.size.keys > 0) {
    parts.push_back(Count(step.size.keys, "key", "keys"));
  }
  parts.push_back(fmt::format("{:.3g} s", step.estimated_seconds));
  return Join(parts, ", ");
}

std::string AfterText(const Step& step) {
  constexpr size_t kShown = 4;
  if (step.depends_on.empty()) {
    return std::string();
  }
  const std::vector<std::string> shown(
      step.depends_on.begin(), step.depends_on.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                             kShown, step.depends_on.size())));
  const size_t more = step.depends_on.size() - shown.size();
  return fmt::format("; after {}{}", Join(shown, " "),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

std::string Shortened(std::string text) {
  if (text.size() > kSlotTextMax + 40) {
    size_t end = kSlotTextMax + 36;
    while (end > 0 && text[end] != ' ') {
      --end;
    }
    text = text.substr(0, end) + " …";
  }
  return text;
}

bool SameRun(const Step& a, const Step& b) {
  return a.kind.index() == b.kind.index() && a.reason == b.reason;
}

void AppendStep(const Step& step, std::string_view because_before, std::string& text) {
  text += fmt::format("  {:<5} {}   ({}{})\n", step.id, Shortened(Describe(step.kind)),
                      SizeText(step), AfterText(step));
  if (step.because != because_before) {
    text += fmt::format("        {}: {}\n", CodeName(step.reason), step.because);
  }
}

void AppendSteps(const std::vector<Step>& steps, std::string& text) {
  std::string because;
  for (size_t begin = 0; begin < steps.size();) {
    size_t end = begin + 1;
    while (end < steps.size() && SameRun(steps[begin], steps[end])) {
      ++end;
    }
    for (size_t i = begin; i < end; ++i) {
      if (end - begin > kShownOfRun + 1 && i == begin + kShownOfRun - 1) {
        text += fmt::format("        … {} more {} steps ({} to {})\n", end - i - 1,
                            KindName(steps[i].kind), steps[i].id, steps[end - 2].id);
        i = end - 1;
      }
      AppendStep(steps[i], because, text);
      because = steps[i].because;
    }
    begin = end;
  }
}

std::string CostText(const Bounds& bounds) {
  std::vector<std::string> parts;
  if (bounds.load_moved > 0 || bounds.load_moved_minimum > 0) {
    parts.push_back(fmt::format("{} slots and load {} moved (minimum {})", bounds.slots_moved,
                                bounds.load_moved, bounds.load_moved_minimum));
  } else {
    parts.push_back(
        fmt::format("{} slots moved (minimum {})", bounds.slots_moved, bounds.slots_moved_minimum));
  }
  parts.push_back(fmt::format("{} ranges (before {})", bounds.ranges, bounds.ranges_before));
  parts.push_back(fmt::format("{} (minimum {})",
                              Count(static_cast<size_t>(bounds.failovers), "failover", "failovers"),
                              bounds.failovers_minimum));
  if (bounds.placement_violations > 0 || bounds.placement_violations_minimum > 0) {
    parts.push_back(
        fmt::format("{} of placement violated (minimum {})",
                    Count(static_cast<size_t>(bounds.placement_violations), "rule", "rules"),
                    bounds.placement_violations_minimum));
  }
  parts.push_back(fmt::format("about {:.3g} s", bounds.makespan_seconds));
  return Join(parts, ", ");
}

}  // namespace

std::string Summarise(const Plan& plan) {
  if (plan.steps.empty()) {
    if (plan.blocked.empty()) {
      return "nothing to do";
    }
    return fmt::format("nothing can be done now: {}: {}", CodeName(plan.blocked.front().code),
                       plan.blocked.front().text);
  }
  std::string summary = Join(PartsOf(plan), ", ");
  if (summary.empty()) {
    summary = Count(plan.steps.size(), "step", "steps");
  }
  if (plan.bounds.slots_moved > 0 && plan.bounds.slots_moved == plan.bounds.slots_moved_minimum) {
    summary += "; no plan moves fewer slots";
  }
  if (!plan.blocked.empty()) {
    summary += fmt::format("; {} blocked, first {}: {}", plan.blocked.size(),
                           CodeName(plan.blocked.front().code), plan.blocked.front().text);
  }
  return summary;
}

std::string Explain(const Plan& plan) {
  std::string text = plan.summary + "\n";
  if (!plan.steps.empty()) {
    text += "\nSteps\n";
    AppendSteps(plan.steps, text);
  }
  if (!plan.blocked.empty()) {
    text += "\nBlocked\n";
    for (const Blocked& blocked : plan.blocked) {
      text += fmt::format("  {}: {}\n", CodeName(blocked.code), blocked.text);
      if (blocked.wanted.has_value()) {
        text += fmt::format("        wanted: {}\n", Shortened(Describe(blocked.wanted->kind)));
      }
    }
  }
  if (!plan.findings.empty()) {
    text += "\nFound\n";
    for (const Finding& finding : plan.findings) {
      text += fmt::format("  {}: {}\n", CodeName(finding.code), finding.text);
    }
  }
  text += fmt::format("\nCost: {}\nDigest: {}\n", CostText(plan.bounds), plan.digest);
  return text;
}

}  // namespace redisop
