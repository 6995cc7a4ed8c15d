#include "common/wire/plan_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "common/testing/status_matchers.h"
#include "redisoperator/planner/v1/planner_service.pb.h"

namespace redisop {
namespace {

namespace pb = redisoperator::planner::v1;
using ::testing::HasSubstr;

std::vector<StepKind> AllKinds() {
  const SlotSet slots(SlotRange{3, 9});
  return {CreatePod{"redis-3-0", "3", 0, "z"},
          DeletePod{"redis-3-0", "uid", "a"},
          MeetNodes{{"a", "b"}},
          SetConfigEpoch{"a", 4},
          AssignSlots{"a", slots},
          AttachReplica{"b", "a"},
          MigrateSlots{"a", "b", slots},
          CloseOpenSlot{"a", "b", slots, CloseOpenSlot::Resolution::kFinish},
          CloseOpenSlot{"a", "b", slots, CloseOpenSlot::Resolution::kUndo},
          PromoteReplica{"b", "a"},
          TakeOver{"b", "a"},
          ForgetNode{"a"},
          ResetEmptyNode{"a"},
          CopyFunctions{"a", "b"},
          SetConfig{{"a"}, {{"maxmemory", "1gb"}}},
          CreatePod{"redis-3-1", "3", 1, "z", {"h1", "h2"}}};
}

Plan FullPlan() {
  Plan plan;
  plan.digest = "sha256:1";
  plan.summary = "move";
  for (StepKind& kind : AllKinds()) {
    Step step;
    step.id = "s" + std::to_string(plan.steps.size() + 1);
    step.kind = std::move(kind);
    if (!plan.steps.empty()) {
      step.depends_on = {plan.steps.back().id};
    }
    step.reason = FindingCode::kSlotsUnbalanced;
    step.because = "because";
    step.preconditions = {"x", "y"};
    step.effect = "effect";
    step.size = {1, 2, 3};
    step.estimated_seconds = 0.5;
    plan.steps.push_back(step);
  }
  plan.blocked = {{BlockedCode::kNoSafeTarget, "text", plan.steps[0], FindingCode::kPodWaiting},
                  {BlockedCode::kNotSupported, "text", std::nullopt, FindingCode::kNone}};
  plan.findings = {{FindingCode::kSlotOpen, {"a"}, "0", SlotSet(SlotRange{1, 2}), "text"}};
  plan.bounds = {1, 2, 3, 4, 5, 6, 7.5, 8.5, 9, 10, 11, 12};
  return plan;
}

TEST(PlanWireTest, EveryFieldSurvivesTheRoundTrip) {
  EXPECT_THAT(FromProto(ToProto(FullPlan()), "plan"), IsOkAndHolds(FullPlan()));
  const ClusterSpec spec{
      5, 2, "cache", Spread::kRequired, Spread::kPreferred, {{"0", 3}, {"1", 0}}, Balance::kMemory};
  EXPECT_THAT(FromProto(ToProto(spec), "spec"), IsOkAndHolds(spec));
  const Policy policy{2.5, 3, 0, {"1"}, true, 100};
  EXPECT_THAT(FromProto(ToProto(policy), "policy"), IsOkAndHolds(policy));
}

TEST(PlanWireTest, WhatIsNotGivenHasItsDefault) {
  EXPECT_THAT(FromProto(pb::ClusterSpec(), "spec"), IsOkAndHolds(ClusterSpec()));
  EXPECT_THAT(FromProto(pb::Policy(), "policy"), IsOkAndHolds(Policy()));
}

TEST(PlanWireTest, BadSpecsAndPoliciesNameTheField) {
  const struct {
    std::function<void(pb::ClusterSpec&, pb::Policy&)> spoil;
    const char* message;
  } kCases[] = {
      {[](auto& s, auto&) { s.set_number_of_primaries(-3); },
       "spec.number_of_primaries: is -3; give a number from 1 to 1000"},
      {[](auto& s, auto&) { s.set_number_of_primaries(0); }, "spec.number_of_primaries: is 0"},
      {[](auto& s, auto&) { s.set_number_of_primaries(2000000000); },
       "spec.number_of_primaries: is 2000000000"},
      {[](auto& s, auto&) { s.set_replication_factor(6); }, "spec.replication_factor: is 6"},
      {[](auto& s, auto&) { s.set_replication_factor(-1); }, "spec.replication_factor: is -1"},
      {[](auto& s, auto&) { s.set_name("My_Cluster"); }, "spec.name: has to be"},
      {[](auto& s, auto&) { s.set_zones(static_cast<pb::ClusterSpec::Spread>(7)); },
       "spec.zones: 7 is not a spread"},
      {[](auto& s, auto&) { s.set_balance(static_cast<pb::ClusterSpec::Balance>(9)); },
       "spec.balance: 9 is not a balance; give SLOTS, KEYS or MEMORY"},
      {[](auto& s, auto&) { (*s.mutable_shard_weights())["7"] = 1001; },
       "spec.shard_weights[\"7\"]: is 1001; give a number from 0 to 1000"},
      {[](auto& s, auto&) { (*s.mutable_shard_weights())[""] = 1; },
       "spec.shard_weights: has an entry without a name"},
      {[](auto& s, auto&) { (*s.mutable_shard_weights())["a\nb"] = 1; },
       "spec.shard_weights: contains a control character"},
      {[](auto&, auto& p) { p.set_tolerance_percent(51); }, "policy.tolerance_percent: is 51"},
      {[](auto&, auto& p) { p.set_max_parallel_migrations(-1); },
       "policy.max_parallel_migrations: is -1"},
      {[](auto&, auto& p) { p.set_memory_headroom_percent(-1); },
       "policy.memory_headroom_percent: is -1"},
      {[](auto&, auto& p) { p.set_keys_per_second(0.0 / 0.0); }, "policy.keys_per_second: is"},
      {[](auto&, auto& p) { p.add_allow_data_loss(); }, "policy.allow_data_loss[0]: empty"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.message);
    pb::ClusterSpec spec;
    pb::Policy policy;
    test.spoil(spec, policy);
    absl::Status status = FromProto(spec, "spec").status();
    if (status.ok()) {
      status = FromProto(policy, "policy").status();
    }
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.message)));
  }
}

TEST(PlanWireTest, BadPlansNameTheField) {
  const struct {
    std::function<void(pb::Plan&)> spoil;
    const char* message;
  } kCases[] = {
      {[](pb::Plan& p) { p.mutable_steps(0)->clear_kind(); }, "plan.steps[0]: says nothing"},
      {[](pb::Plan& p) { p.mutable_steps(0)->clear_id(); }, "plan.steps[0].id: missing"},
      {[](pb::Plan& p) { p.mutable_steps(1)->set_id("s1"); }, "plan.steps[1].id: is given to two"},
      {[](pb::Plan& p) { p.mutable_steps(0)->add_depends_on("s2"); },
       "plan.steps[0].depends_on: names a step"},
      {[](pb::Plan& p) { p.mutable_steps(0)->set_reason("x"); }, "plan.steps[0].reason: is not"},
      {[](pb::Plan& p) { p.mutable_steps(0)->mutable_create_pod()->clear_pod(); },
       "plan.steps[0].create_pod.pod: missing"},
      {[](pb::Plan& p) {
         for (int i = 0; i < 101; ++i) {
           p.mutable_steps(0)->mutable_create_pod()->add_not_on_hosts("h");
         }
       },
       "plan.steps[0].create_pod.not_on_hosts: names 101 hosts; give at most 100"},
      {[](pb::Plan& p) { p.mutable_steps(0)->mutable_create_pod()->add_not_on_hosts("\n"); },
       "plan.steps[0].create_pod.not_on_hosts[0]"},
      {[](pb::Plan& p) { p.mutable_steps(6)->mutable_migrate_slots()->clear_slots(); },
       "plan.steps[6].migrate_slots.slots: empty"},
      {[](pb::Plan& p) { p.mutable_steps(6)->mutable_migrate_slots()->set_target_id("a"); },
       "plan.steps[6].migrate_slots.target_id: the same as source_id"},
      {[](pb::Plan& p) { p.mutable_steps(3)->mutable_set_config_epoch()->set_epoch(0); },
       "plan.steps[3].set_config_epoch.epoch: is 0"},
      {[](pb::Plan& p) { p.mutable_steps(7)->mutable_close_open_slot()->clear_resolution(); },
       "plan.steps[7].close_open_slot.resolution: give FINISH or UNDO"},
      {[](pb::Plan& p) { p.mutable_steps(2)->mutable_meet_nodes()->clear_node_ids(); },
       "plan.steps[2].meet_nodes.node_ids: names 0 nodes"},
      {[](pb::Plan& p) { p.mutable_blocked(0)->set_code(static_cast<pb::Blocked::Code>(99)); },
       "plan.blocked[0].code: 99"},
      {[](pb::Plan& p) { p.mutable_findings(0)->set_code(static_cast<pb::Finding::Code>(99)); },
       "plan.findings[0].code: 99"},
      {[](pb::Plan& p) { p.mutable_findings(0)->set_slots("9-1"); },
       "plan.findings[0].slots: '9-1' runs backwards"},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.message);
    pb::Plan plan = ToProto(FullPlan());
    test.spoil(plan);
    EXPECT_THAT(FromProto(plan, "plan").status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(test.message)));
  }
}

}  // namespace
}  // namespace redisop
