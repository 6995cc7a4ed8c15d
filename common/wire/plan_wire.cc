#include "common/wire/plan_wire.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "common/base/status_macros.h"
#include "common/wire/code_name.h"
#include "common/wire/field.h"
#include "redisoperator/planner/v1/planner_service.pb.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;
using wire::BadField;
using wire::CheckNumber;
using wire::CheckText;
using wire::kNameBytesMax;
using wire::kTextBytesMax;

constexpr int kEntriesMax = 100000;

absl::StatusOr<Spread> ReadSpread(pb::ClusterSpec::Spread from, std::string_view path) {
  switch (from) {
    case pb::ClusterSpec::SPREAD_UNSPECIFIED:
    case pb::ClusterSpec::PREFERRED:
      return Spread::kPreferred;
    case pb::ClusterSpec::REQUIRED:
      return Spread::kRequired;
    default:
      return BadField(path, fmt::format("{} is not a spread; give PREFERRED or REQUIRED",
                                        static_cast<int>(from)));
  }
}

absl::StatusOr<Balance> ReadBalance(pb::ClusterSpec::Balance from, std::string_view path) {
  switch (from) {
    case pb::ClusterSpec::BALANCE_UNSPECIFIED:
    case pb::ClusterSpec::SLOTS:
      return Balance::kSlots;
    case pb::ClusterSpec::KEYS:
      return Balance::kKeys;
    case pb::ClusterSpec::MEMORY:
      return Balance::kMemory;
    default:
      return BadField(path, fmt::format("{} is not a balance; give SLOTS, KEYS or MEMORY",
                                        static_cast<int>(from)));
  }
}

pb::ClusterSpec::Balance BalanceOf(const ClusterSpec& spec) {
  return spec.balance == Balance::kKeys     ? pb::ClusterSpec::KEYS
         : spec.balance == Balance::kMemory ? pb::ClusterSpec::MEMORY
                                            : pb::ClusterSpec::SLOTS;
}

// Names of clusters become parts of pod names, which have 63 characters.
absl::Status CheckClusterName(std::string_view name, std::string_view path) {
  constexpr size_t kClusterNameBytesMax = 50;
  const bool fits =
      name.size() <= kClusterNameBytesMax &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos &&
      name.front() != '-' && name.back() != '-';
  return fits ? absl::OkStatus()
              : BadField(path, fmt::format("has to be at most {} lower-case letters, digits and "
                                           "'-', with no '-' at the ends",
                                           kClusterNameBytesMax));
}

constexpr uint32_t kShardWeightMax = 1000;
constexpr int kShardWeightsMax = 10000;

absl::Status ReadShardWeights(const pb::ClusterSpec& from, std::string_view path,
                              ClusterSpec& spec) {
  if (from.shard_weights_size() > kShardWeightsMax) {
    return BadField(path, fmt::format("{} entries, at most {} are allowed",
                                      from.shard_weights_size(), kShardWeightsMax));
  }
  // Sorted, so that the same request gets the same error.
  const std::map<std::string, uint32_t> weights(from.shard_weights().begin(),
                                                from.shard_weights().end());
  for (const auto& [shard, weight] : weights) {
    if (shard.empty()) {
      return BadField(path, "has an entry without a name; name the shard that it is for");
    }
    RETURN_IF_ERROR(CheckText(shard, kNameBytesMax, path));
    RETURN_IF_ERROR(
        CheckNumber(weight, 0, kShardWeightMax, fmt::format("{}[\"{}\"]", path, shard)));
    spec.shard_weights[shard] = static_cast<int>(weight);
  }
  return absl::OkStatus();
}

absl::StatusOr<Blocked> ReadBlocked(const pb::Blocked& from, std::string_view path) {
  Blocked blocked;
  if (from.code() < 0 || from.code() > pb::Blocked::Code_MAX) {
    return BadField(fmt::format("{}.code", path),
                    fmt::format("{} is no code", static_cast<int>(from.code())));
  }
  if (from.finding() < 0 || from.finding() > pb::Finding::Code_MAX) {
    return BadField(fmt::format("{}.finding", path),
                    fmt::format("{} is no code", static_cast<int>(from.finding())));
  }
  RETURN_IF_ERROR(CheckText(from.text(), kTextBytesMax, fmt::format("{}.text", path)));
  blocked.code = static_cast<BlockedCode>(from.code());
  blocked.finding = static_cast<FindingCode>(from.finding());
  blocked.text = from.text();
  if (from.has_wanted()) {
    ASSIGN_OR_RETURN(blocked.wanted, FromProto(from.wanted(), fmt::format("{}.wanted", path)));
  }
  return blocked;
}

absl::StatusOr<Finding> ReadFinding(const pb::Finding& from, std::string_view path) {
  Finding finding;
  if (from.code() < 0 || from.code() > pb::Finding::Code_MAX) {
    return BadField(fmt::format("{}.code", path),
                    fmt::format("{} is no code", static_cast<int>(from.code())));
  }
  RETURN_IF_ERROR(CheckText(from.text(), kTextBytesMax, fmt::format("{}.text", path)));
  RETURN_IF_ERROR(CheckText(from.shard(), kNameBytesMax, fmt::format("{}.shard", path)));
  finding.code = static_cast<FindingCode>(from.code());
  finding.node_ids.assign(from.node_ids().begin(), from.node_ids().end());
  finding.shard = from.shard();
  ASSIGN_OR_RETURN(finding.slots, wire::ReadSlots(from.slots(), fmt::format("{}.slots", path)));
  finding.text = from.text();
  return finding;
}

absl::Status ReadSteps(const pb::Plan& from, std::string_view path, Plan& plan) {
  std::set<std::string> earlier;
  for (int i = 0; i < from.steps_size(); ++i) {
    const std::string where = fmt::format("{}.steps[{}]", path, i);
    ASSIGN_OR_RETURN(Step step, FromProto(from.steps(i), where));
    if (step.id.empty()) {
      return BadField(where + ".id", "missing; steps are named s1, s2, …");
    }
    for (const std::string& id : step.depends_on) {
      if (!earlier.contains(id)) {
        return BadField(where + ".depends_on", "names a step that does not come before it");
      }
    }
    if (!earlier.insert(step.id).second) {
      return BadField(where + ".id", "is given to two steps; name each step once");
    }
    plan.steps.push_back(std::move(step));
  }
  return absl::OkStatus();
}

absl::Status ReadBounds(const pb::Bounds& from, std::string_view path, Bounds& bounds) {
  for (const uint32_t count : {from.slots_moved(), from.slots_moved_minimum(), from.ranges(),
                               from.ranges_before(), from.failovers(), from.failovers_minimum(),
                               from.placement_violations(), from.placement_violations_minimum()}) {
    RETURN_IF_ERROR(CheckNumber(count, 0, 1e9, path));
  }
  bounds.slots_moved = static_cast<int>(from.slots_moved());
  bounds.slots_moved_minimum = static_cast<int>(from.slots_moved_minimum());
  bounds.ranges = static_cast<int>(from.ranges());
  bounds.ranges_before = static_cast<int>(from.ranges_before());
  bounds.failovers = static_cast<int>(from.failovers());
  bounds.failovers_minimum = static_cast<int>(from.failovers_minimum());
  bounds.makespan_seconds = from.makespan_seconds();
  bounds.makespan_seconds_minimum = from.makespan_seconds_minimum();
  bounds.placement_violations = static_cast<int>(from.placement_violations());
  bounds.placement_violations_minimum = static_cast<int>(from.placement_violations_minimum());
  bounds.load_moved = from.load_moved();
  bounds.load_moved_minimum = from.load_moved_minimum();
  return absl::OkStatus();
}

void WriteBounds(const Bounds& from, pb::Bounds& to) {
  to.set_slots_moved(static_cast<uint32_t>(from.slots_moved));
  to.set_slots_moved_minimum(static_cast<uint32_t>(from.slots_moved_minimum));
  to.set_ranges(static_cast<uint32_t>(from.ranges));
  to.set_ranges_before(static_cast<uint32_t>(from.ranges_before));
  to.set_failovers(static_cast<uint32_t>(from.failovers));
  to.set_failovers_minimum(static_cast<uint32_t>(from.failovers_minimum));
  to.set_makespan_seconds(from.makespan_seconds);
  to.set_makespan_seconds_minimum(from.makespan_seconds_minimum);
  to.set_placement_violations(static_cast<uint32_t>(from.placement_violations));
  to.set_placement_violations_minimum(static_cast<uint32_t>(from.placement_violations_minimum));
  to.set_load_moved(from.load_moved);
  to.set_load_moved_minimum(from.load_moved_minimum);
}

}  // namespace

namespace wire {

absl::StatusOr<FindingCode> ReadFindingCode(std::string_view name, std::string_view path) {
  for (int i = 1; i <= static_cast<int>(FindingCode::kWeightUnused); ++i) {
    if (CodeName(static_cast<FindingCode>(i)) == name) {
      return static_cast<FindingCode>(i);
    }
  }
  return BadField(path, "is not the name of a finding such as SLOTS_UNBALANCED");
}

}  // namespace wire

pb::ClusterSpec ToProto(const ClusterSpec& spec) {
  pb::ClusterSpec to;
  to.set_number_of_primaries(spec.number_of_primaries);
  to.set_replication_factor(spec.replication_factor);
  to.set_name(spec.name);
  to.set_hosts(spec.hosts == Spread::kRequired ? pb::ClusterSpec::REQUIRED
                                               : pb::ClusterSpec::PREFERRED);
  to.set_zones(spec.zones == Spread::kRequired ? pb::ClusterSpec::REQUIRED
                                               : pb::ClusterSpec::PREFERRED);
  for (const auto& [shard, weight] : spec.shard_weights) {
    (*to.mutable_shard_weights())[shard] = static_cast<uint32_t>(weight);
  }
  to.set_balance(BalanceOf(spec));
  return to;
}

pb::Policy ToProto(const Policy& policy) {
  pb::Policy to;
  to.set_tolerance_percent(policy.tolerance_percent);
  to.set_max_parallel_migrations(policy.max_parallel_migrations);
  to.set_memory_headroom_percent(policy.memory_headroom_percent);
  to.mutable_allow_data_loss()->Add(policy.allow_data_loss.begin(), policy.allow_data_loss.end());
  to.set_recreate_lost_shards(policy.recreate_lost_shards);
  to.set_keys_per_second(policy.keys_per_second);
  return to;
}

pb::Plan ToProto(const Plan& plan) {
  pb::Plan to;
  to.set_digest(plan.digest);
  to.set_summary(plan.summary);
  for (const Step& step : plan.steps) {
    *to.add_steps() = ToProto(step);
  }
  for (const Blocked& blocked : plan.blocked) {
    pb::Blocked* added = to.add_blocked();
    added->set_code(static_cast<pb::Blocked::Code>(blocked.code));
    added->set_text(blocked.text);
    added->set_finding(static_cast<pb::Finding::Code>(blocked.finding));
    if (blocked.wanted.has_value()) {
      *added->mutable_wanted() = ToProto(*blocked.wanted);
    }
  }
  for (const Finding& finding : plan.findings) {
    pb::Finding* added = to.add_findings();
    added->set_code(static_cast<pb::Finding::Code>(finding.code));
    added->mutable_node_ids()->Add(finding.node_ids.begin(), finding.node_ids.end());
    added->set_shard(finding.shard);
    added->set_slots(finding.slots.ToString());
    added->set_text(finding.text);
  }
  WriteBounds(plan.bounds, *to.mutable_bounds());
  return to;
}

absl::StatusOr<ClusterSpec> FromProto(const pb::ClusterSpec& from, std::string_view path) {
  ClusterSpec spec;
  if (from.has_number_of_primaries()) {
    spec.number_of_primaries = from.number_of_primaries();
  }
  if (from.has_replication_factor()) {
    spec.replication_factor = from.replication_factor();
  }
  RETURN_IF_ERROR(
      CheckNumber(spec.number_of_primaries, 1, 1000, fmt::format("{}.number_of_primaries", path)));
  RETURN_IF_ERROR(
      CheckNumber(spec.replication_factor, 0, 5, fmt::format("{}.replication_factor", path)));
  if (!from.name().empty()) {
    RETURN_IF_ERROR(CheckClusterName(from.name(), fmt::format("{}.name", path)));
    spec.name = from.name();
  }
  ASSIGN_OR_RETURN(spec.hosts, ReadSpread(from.hosts(), fmt::format("{}.hosts", path)));
  ASSIGN_OR_RETURN(spec.zones, ReadSpread(from.zones(), fmt::format("{}.zones", path)));
  RETURN_IF_ERROR(ReadShardWeights(from, fmt::format("{}.shard_weights", path), spec));
  ASSIGN_OR_RETURN(spec.balance, ReadBalance(from.balance(), fmt::format("{}.balance", path)));
  return spec;
}

absl::StatusOr<Policy> FromProto(const pb::Policy& from, std::string_view path) {
  Policy policy;
  RETURN_IF_ERROR(
      CheckNumber(from.tolerance_percent(), 0, 50, fmt::format("{}.tolerance_percent", path)));
  policy.tolerance_percent = from.tolerance_percent();
  if (from.max_parallel_migrations() != 0) {
    RETURN_IF_ERROR(CheckNumber(from.max_parallel_migrations(), 1, 64,
                                fmt::format("{}.max_parallel_migrations", path)));
    policy.max_parallel_migrations = from.max_parallel_migrations();
  }
  if (from.has_memory_headroom_percent()) {
    RETURN_IF_ERROR(CheckNumber(from.memory_headroom_percent(), 0, 90,
                                fmt::format("{}.memory_headroom_percent", path)));
    policy.memory_headroom_percent = from.memory_headroom_percent();
  }
  if (from.keys_per_second() != 0) {
    RETURN_IF_ERROR(
        CheckNumber(from.keys_per_second(), 1, 1e9, fmt::format("{}.keys_per_second", path)));
    policy.keys_per_second = from.keys_per_second();
  }
  if (from.allow_data_loss_size() > kEntriesMax) {
    return BadField(fmt::format("{}.allow_data_loss", path), "names too many shards");
  }
  for (int i = 0; i < from.allow_data_loss_size(); ++i) {
    const std::string where = fmt::format("{}.allow_data_loss[{}]", path, i);
    if (from.allow_data_loss(i).empty()) {
      return BadField(where, "empty; name the shard that may be given up");
    }
    RETURN_IF_ERROR(CheckText(from.allow_data_loss(i), kNameBytesMax, where));
    policy.allow_data_loss.push_back(from.allow_data_loss(i));
  }
  policy.recreate_lost_shards = from.recreate_lost_shards();
  return policy;
}

absl::StatusOr<Plan> FromProto(const pb::Plan& from, std::string_view path) {
  if (from.steps_size() > kPlanStepsMax || from.blocked_size() > kEntriesMax ||
      from.findings_size() > kEntriesMax) {
    return BadField(path, "is larger than any plan that ComputePlan returns");
  }
  Plan plan;
  RETURN_IF_ERROR(CheckText(from.digest(), kNameBytesMax, fmt::format("{}.digest", path)));
  RETURN_IF_ERROR(CheckText(from.summary(), kTextBytesMax, fmt::format("{}.summary", path)));
  plan.digest = from.digest();
  plan.summary = from.summary();
  RETURN_IF_ERROR(ReadSteps(from, path, plan));
  for (int i = 0; i < from.blocked_size(); ++i) {
    ASSIGN_OR_RETURN(Blocked blocked,
                     ReadBlocked(from.blocked(i), fmt::format("{}.blocked[{}]", path, i)));
    plan.blocked.push_back(std::move(blocked));
  }
  for (int i = 0; i < from.findings_size(); ++i) {
    ASSIGN_OR_RETURN(Finding finding,
                     ReadFinding(from.findings(i), fmt::format("{}.findings[{}]", path, i)));
    plan.findings.push_back(std::move(finding));
  }
  RETURN_IF_ERROR(ReadBounds(from.bounds(), fmt::format("{}.bounds", path), plan.bounds));
  return plan;
}

}  // namespace redisop
