// What follows when a step or a plan ends: the story in events, numbers for metrics, and when the
// next plan may begin.

#ifndef REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_EXECUTION_END_H_
#define REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_EXECUTION_END_H_

#include <string>
#include <vector>

#include "services/k8s-bridge/controller/pass.h"

namespace redisop {

// The action of events about a plan: events of one plan are told apart from those of another.
std::string PlanAction(const Plan& plan);

// Counts the steps; tells of failures, and of each kind of which every step is done now.
void ReportStepEnds(Pass& pass, const std::vector<const StepRun*>& ended);

// Drops the execution and says how it ended. After a failure the next plan waits: 0.2 s, doubling
// to 5 s.
void EndExecution(Pass& pass);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_K8S_BRIDGE_CONTROLLER_EXECUTION_END_H_
