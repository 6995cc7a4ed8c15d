#include "services/k8s-bridge/controller/cluster_board.h"

namespace redisop {

void ClusterBoard::Publish(const std::string& key, ClusterReport report) {
  absl::MutexLock lock(&mutex_);
  ClusterReportPtr& entry = reports_[key];
  if (!report.observed && entry != nullptr) {
    // The last that was seen stays, with its age.
    report.snapshot = entry->snapshot;
    report.observed_at = entry->observed_at;
    report.observed = entry->observed;
  }
  entry = std::make_shared<const ClusterReport>(std::move(report));
  changed_.SignalAll();
}

void ClusterBoard::Remove(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  reports_.erase(key);
  changed_.SignalAll();
}

ClusterReportPtr ClusterBoard::Get(const std::string& key) const {
  absl::MutexLock lock(&mutex_);
  auto at = reports_.find(key);
  return at == reports_.end() ? nullptr : at->second;
}

std::vector<ClusterReportPtr> ClusterBoard::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<ClusterReportPtr> list;
  for (const auto& [key, report] : reports_) {
    list.push_back(report);
  }
  return list;
}

ClusterReportPtr ClusterBoard::AwaitNews(const std::string& key, const ClusterReportPtr& seen,
                                         absl::Duration timeout) const {
  const absl::Time until = absl::Now() + timeout;
  absl::MutexLock lock(&mutex_);
  while (true) {
    auto at = reports_.find(key);
    ClusterReportPtr report = at == reports_.end() ? nullptr : at->second;
    if (report != seen || changed_.WaitWithDeadline(&mutex_, until)) {
      return report;
    }
  }
}

}  // namespace redisop
