#include "services/agent/execute/migrate/compare_keys.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/status_macros.h"
#include "services/agent/execute/node_reading.h"

namespace redisop {
namespace {

constexpr size_t kBurst = 500;
constexpr char kListedKeysMax[] = "1000000";
constexpr absl::Duration kCopyTimeout = absl::Seconds(30);
constexpr int kAttempts = 10;

enum class Verdict { kOneSide, kEqual, kDifferent, kWrittenMeanwhile };

// Those of `keys` that the source holds. In a MIGRATING slot it answers for a key that it doesn't
// hold with ASK.
absl::StatusOr<std::vector<std::string>> HeldBySource(MoveParties& parties,
                                                      const std::vector<Reply>& keys) {
  std::vector<std::string> held;
  for (size_t first = 0; first < keys.size(); first += kBurst) {
    const size_t end = std::min(first + kBurst, keys.size());
    std::vector<RedisCommand> burst;
    for (size_t i = first; i < end; ++i) burst.push_back({"EXISTS", keys[i].text});
    ASSIGN_OR_RETURN(const std::vector<Reply> replies,
                     parties.source->Pipeline(burst, kAnswerTimeout));
    for (size_t i = first; i < end; ++i) {
      const Reply& reply = replies[i - first];
      if (reply.IsErrorOf("ASK") || reply.integer == 0) continue;
      RETURN_IF_ERROR(ErrorOf(reply, "EXISTS"));
      held.push_back(keys[i].text);
    }
  }
  return held;
}

absl::StatusOr<Verdict> CompareOne(MoveParties& parties, const std::string& key) {
  ASSIGN_OR_RETURN(const std::vector<Reply> source,
                   parties.source->Pipeline({{"WATCH", key}, {"DUMP", key}}, kCopyTimeout));
  ASSIGN_OR_RETURN(const std::vector<Reply> target,
                   parties.target->Pipeline({{"ASKING"}, {"DUMP", key}}, kCopyTimeout));
  const bool at_source = source[1].kind == Reply::Kind::kString;
  const bool at_target = target[1].kind == Reply::Kind::kString;
  if (source[1].IsError() && !source[1].IsErrorOf("ASK")) return ErrorOf(source[1], "DUMP");
  RETURN_IF_ERROR(ErrorOf(target[1], "DUMP at the target"));
  if (!at_source || !at_target || source[1].text != target[1].text) {
    RETURN_IF_ERROR(parties.source->Call({"UNWATCH"}, kAnswerTimeout).status());
    return at_source && at_target ? Verdict::kDifferent : Verdict::kOneSide;
  }
  ASSIGN_OR_RETURN(
      const std::vector<Reply> deleted,
      parties.source->Pipeline({{"MULTI"}, {"UNLINK", key}, {"EXEC"}}, kAnswerTimeout));
  return deleted[2].kind == Reply::Kind::kArray ? Verdict::kEqual : Verdict::kWrittenMeanwhile;
}

}  // namespace

absl::StatusOr<DifferingKeys> CompareKeys(StepContext& context, MoveParties& parties,
                                          const SlotSet& slots) {
  DifferingKeys differing;
  for (const int slot : slots.Slots()) {
    RETURN_IF_ERROR(context.CheckGoOn());
    ASSIGN_OR_RETURN(
        const Reply list,
        Ask(*parties.target, {"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), kListedKeysMax}));
    ASSIGN_OR_RETURN(const std::vector<std::string> held, HeldBySource(parties, list.elements));
    for (const std::string& key : held) {
      Verdict verdict = Verdict::kWrittenMeanwhile;
      for (int i = 0; i < kAttempts && verdict == Verdict::kWrittenMeanwhile; ++i) {
        ASSIGN_OR_RETURN(verdict, CompareOne(parties, key));
      }
      if (verdict == Verdict::kOneSide || verdict == Verdict::kEqual) continue;
      differing.slots.Add(slot);
      differing.keys += 1;
    }
  }
  return differing;
}

}  // namespace redisop
