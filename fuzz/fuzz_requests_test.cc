// The fuzzer's own parts: messages change as they should, and paths of fields are told from others.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "fuzz/field_path.h"
#include "fuzz/message_mutator.h"
#include "redisoperator/planner/v1/planner_service.pb.h"

namespace redisop::fuzz {
namespace {

namespace pb = redisoperator::planner::v1;

// Writes one byte that is no UTF-8.
size_t BreakBytes(uint8_t* data, size_t size, size_t size_max) {
  EXPECT_GT(size_max, size);
  data[size] = 0xff;
  return size + 1;
}

pb::ComputePlanRequest TwoNodes() {
  pb::ComputePlanRequest request;
  for (const char* id : {"a", "b"}) {
    auto* node = request.mutable_snapshot()->add_nodes();
    node->set_id(id);
    node->add_unknown_ids("c");
  }
  return request;
}

TEST(MessageMutator, TheSameSeedMakesTheSameChanges) {
  pb::ComputePlanRequest one = TwoNodes();
  pb::ComputePlanRequest other = TwoNodes();
  MessageMutator mutate_one(7, BreakBytes);
  MessageMutator mutate_other(7, BreakBytes);
  for (int i = 0; i < 100; ++i) {
    mutate_one.Mutate(one);
    mutate_other.Mutate(other);
    ASSERT_EQ(one.DebugString(), other.DebugString()) << i;
  }
}

TEST(MessageMutator, ReachesEveryFieldAndStaysReadable) {
  std::map<std::string, int> seen;
  for (uint64_t seed = 0; seed < 1000; ++seed) {
    pb::SimulatePlanRequest request;
    *request.mutable_snapshot() = TwoNodes().snapshot();
    request.mutable_plan()->add_steps()->mutable_migrate_slots()->set_slots("0-99");
    MessageMutator mutator(seed, BreakBytes);
    for (int i = 0; i < 10; ++i) {
      mutator.Mutate(request);
    }
    pb::SimulatePlanRequest read;
    ASSERT_TRUE(read.ParseFromString(request.SerializeAsString())) << "no UTF-8, seed " << seed;
    for (const pb::Step& step : request.plan().steps()) {
      const auto* kind = pb::Step::descriptor()->FindFieldByNumber(step.kind_case());
      ++seen[kind == nullptr ? "nothing" : kind->name()];
      seen["settings"] += static_cast<int>(step.set_config().settings().size());
    }
    seen["nodes removed"] += request.snapshot().nodes_size() < 2 ? 1 : 0;
    seen["nodes added"] += request.snapshot().nodes_size() > 2 ? 1 : 0;
    for (const auto& node : request.snapshot().nodes()) {
      seen["id copied"] += node.primary_id() == "b" ? 1 : 0;
      for (const std::string* text : {&node.slots(), &node.host(), &node.zone(), &node.shard()}) {
        seen["text copied"] += *text == "0-99" ? 1 : 0;
      }
    }
  }
  for (const char* what : {"create_pod", "migrate_slots", "set_config", "settings", "nodes removed",
                           "nodes added", "id copied", "text copied"}) {
    EXPECT_GT(seen[what], 0) << what;
  }
}

TEST(MessageMutator, CrossingTakesAPartOfTheOther) {
  pb::ComputePlanRequest donor;
  donor.mutable_policy()->set_tolerance_percent(5);
  pb::ComputePlanRequest request = TwoNodes();
  MessageMutator(1, BreakBytes).Cross(donor, request);
  EXPECT_EQ(request.policy().tolerance_percent(), 5);
  EXPECT_EQ(request.snapshot().nodes_size(), 2);
}

TEST(NamesField, TellsPathsFromText) {
  pb::SimulatePlanRequest request;
  *request.mutable_snapshot() = TwoNodes().snapshot();
  (*request.mutable_plan()->add_steps()->mutable_set_config()->mutable_settings())["a"] = "b";
  for (const char* error :
       {"snapshot: missing", "steps_done: is 3", "snapshot.nodes[1].slots: '5-2' runs backwards",
        "snapshot.nodes[0].unknown_ids[0]: is", "plan.steps[0].set_config.settings[a]: too long"}) {
    EXPECT_TRUE(NamesField(request, error)) << error;
  }
  for (const char* error : {"", "snapshot", "no field: at all",
                            "snapshot.nodes[2].slots: not there", "snapshot.nodes.slots: which one",
                            "snapshot.slots: no such field", "steps_done[0]: no list",
                            "steps_done.x: no message", "snapshot.nodes[x].slots: no index"}) {
    EXPECT_FALSE(NamesField(request, error)) << error;
  }
}

}  // namespace
}  // namespace redisop::fuzz
