#include "services/agent/snapshot/survey.h"

#include <utility>

#include "absl/synchronization/mutex.h"
#include "common/base/status_macros.h"
#include "services/agent/snapshot/gathered_views.h"

namespace redisop {
namespace {

// Each round asks nodes that the one before has named. In a cluster whose nodes know each other
// there are two; more only while tables are incomplete.
constexpr int kRoundsMax = 16;

// Asks many at a time and tells of progress meanwhile.
class Asking {
 public:
  Asking(const SurveyOptions& options, RedisConnector& connector, WorkerPool& pool,
         const Clock& clock, const SurveyProgress& progress)
      : options_(options),
        connector_(connector),
        pool_(pool),
        clock_(clock),
        progress_(progress),
        next_report_(clock.Monotonic() + options.progress_interval) {}

  // The answers, in the order of the targets.
  std::vector<NodeAnswer> All(const std::vector<Target>& targets) {
    std::vector<NodeAnswer> answers(targets.size());
    known_ += targets.size();
    for (size_t i = 0; i < targets.size(); ++i) {
      const absl::Status posted = pool_.Post([&, i] {
        answers[i] = AskNode(connector_, targets[i].address, options_.ask);
        absl::MutexLock lock(&mutex_);
        ++asked_;
      });
      if (!posted.ok()) {
        answers[i].status = posted;
        absl::MutexLock lock(&mutex_);
        ++asked_;
      }
    }
    Await();
    return answers;
  }

 private:
  void Await() {
    const auto done = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return asked_ == known_; };
    absl::MutexLock lock(&mutex_);
    while (!mutex_.AwaitWithTimeout(absl::Condition(&done), next_report_ - clock_.Monotonic())) {
      progress_(asked_, known_);
      next_report_ = clock_.Monotonic() + options_.progress_interval;
    }
  }

  const SurveyOptions& options_;
  RedisConnector& connector_;
  WorkerPool& pool_;
  const Clock& clock_;
  const SurveyProgress& progress_;
  absl::Duration next_report_;
  size_t known_ = 0;  // changes only while nothing is under way
  absl::Mutex mutex_;
  size_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace

absl::StatusOr<Survey> TakeSurvey(const SurveyOptions& options, RedisConnector& connector,
                                  WorkerPool& pool, const Clock& clock,
                                  const SurveyProgress& progress) {
  Asking asking(options, connector, pool, clock, progress);
  GatheredViews gathered;
  std::vector<Target> targets;
  for (const RedisAddress& seed : options.seeds) {
    targets.push_back({seed, NodeId()});
  }
  for (int round = 0; round < kRoundsMax && !targets.empty(); ++round) {
    std::vector<NodeAnswer> answers = asking.All(targets);
    for (size_t i = 0; i < targets.size(); ++i) {
      gathered.Take(targets[i], std::move(answers[i]));
    }
    targets = gathered.Next();
  }
  RETURN_IF_ERROR(gathered.CheckOneCluster());
  return gathered.Finish();
}

}  // namespace redisop
