#include "common/obs/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/obs/build_info.h"
#include "fmt/format.h"

namespace redisop {
namespace {

[[noreturn]] void EndProgram(const std::string& mistake) {
  std::fputs((mistake + "\n").c_str(), stderr);
  std::abort();
}

const std::vector<double> kDefaultBuckets = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100};

}  // namespace

// One metric of any kind: exactly one of the three families is set.
class MetricFamily {
 public:
  using Values = std::vector<std::string>;

  explicit MetricFamily(const MetricOptions& options)
      : name_(options.name),
        label_names_(options.labels),
        buckets_(options.buckets.empty() ? kDefaultBuckets : options.buckets) {}

  template <typename T>
  void Bind(prometheus::Family<T>& family);

  prometheus::Counter& CounterOf(const Values& values) { return SeriesOf(*counters_, values); }
  prometheus::Gauge& GaugeOf(const Values& values) { return SeriesOf(*gauges_, values); }
  prometheus::Histogram& HistogramOf(const Values& values) {
    return histograms_->Add(LabelsOf(values), buckets_);
  }

  void Create(const Values& values) {
    if (counters_ != nullptr) {
      CounterOf(values);
    } else if (gauges_ != nullptr) {
      GaugeOf(values);
    } else {
      HistogramOf(values);
    }
  }

  void Drop(const Values& values) {
    if (counters_ != nullptr) {
      counters_->Remove(&CounterOf(values));
    } else if (gauges_ != nullptr) {
      gauges_->Remove(&GaugeOf(values));
    } else {
      histograms_->Remove(&HistogramOf(values));
    }
  }

  // Held while a series is used, so that Drop can't take it away.
  absl::Mutex mutex;

 private:
  template <typename T>
  T& SeriesOf(prometheus::Family<T>& family, const Values& values) {
    return family.Add(LabelsOf(values));  // the existing one, when there is one
  }

  std::map<std::string, std::string> LabelsOf(const Values& values) const {
    if (values.size() != label_names_.size()) {
      EndProgram(fmt::format("metric {} has {} labels, got {} values", name_, label_names_.size(),
                             values.size()));
    }
    std::map<std::string, std::string> labels;
    for (size_t i = 0; i < values.size(); ++i) {
      labels[label_names_[i]] = values[i];
    }
    return labels;
  }

  const std::string name_;
  const std::vector<std::string> label_names_;
  const std::vector<double> buckets_;
  prometheus::Family<prometheus::Counter>* counters_ = nullptr;
  prometheus::Family<prometheus::Gauge>* gauges_ = nullptr;
  prometheus::Family<prometheus::Histogram>* histograms_ = nullptr;
};

template <>
void MetricFamily::Bind(prometheus::Family<prometheus::Counter>& family) {
  counters_ = &family;
}
template <>
void MetricFamily::Bind(prometheus::Family<prometheus::Gauge>& family) {
  gauges_ = &family;
}
template <>
void MetricFamily::Bind(prometheus::Family<prometheus::Histogram>& family) {
  histograms_ = &family;
}

namespace {

MetricFamily::Values ToVector(LabelValues values) { return {values.begin(), values.end()}; }

void DropSeries(MetricFamily* family, LabelValues values) {
  absl::MutexLock lock(&family->mutex);
  family->Drop(ToVector(values));
}

}  // namespace

void Counter::Increment(LabelValues values, double by) const {
  absl::MutexLock lock(&family_->mutex);
  family_->CounterOf(ToVector(values)).Increment(by);
}

void Counter::Drop(LabelValues values) const { DropSeries(family_, values); }

void Gauge::Set(double value, LabelValues values) const {
  absl::MutexLock lock(&family_->mutex);
  family_->GaugeOf(ToVector(values)).Set(value);
}

void Gauge::Add(double by, LabelValues values) const {
  absl::MutexLock lock(&family_->mutex);
  family_->GaugeOf(ToVector(values)).Increment(by);
}

void Gauge::Drop(LabelValues values) const { DropSeries(family_, values); }

void Histogram::Observe(double value, LabelValues values) const {
  absl::MutexLock lock(&family_->mutex);
  family_->HistogramOf(ToVector(values)).Observe(value);
}

void Histogram::Drop(LabelValues values) const { DropSeries(family_, values); }

struct Metrics::State {
  // Adds the metric that `build` describes to the registry; ends the program when the name is taken
  // or not allowed.
  template <typename Builder>
  MetricFamily* Add(const MetricOptions& options, Builder build) {
    absl::MutexLock lock(&mutex);
    if (!names.insert(options.name).second) {
      EndProgram(fmt::format("metric {} was added twice", options.name));
    }
    families.push_back(std::make_unique<MetricFamily>(options));
    MetricFamily* family = families.back().get();
    try {
      family->Bind(build.Name(prefix + options.name).Help(options.help).Register(registry));
    } catch (const std::exception& error) {
      EndProgram(fmt::format("metric {}: {}", options.name, error.what()));
    }
    for (const std::vector<std::string>& values : options.initial) {
      family->Create(values);
    }
    if (options.labels.empty()) {
      family->Create({});
    }
    return family;
  }

  std::string prefix;
  prometheus::Registry registry;
  absl::Mutex mutex;
  std::set<std::string> names ABSL_GUARDED_BY(mutex);
  std::vector<std::unique_ptr<MetricFamily>> families ABSL_GUARDED_BY(mutex);
};

Metrics::Metrics(std::string prefix) : state_(std::make_unique<State>()) {
  state_->prefix = std::move(prefix);
  const BuildInfo& info = GetBuildInfo();
  AddGauge({.name = "build_info",
            .help = "What this binary was built from",
            .labels = {"version", "commit"}})
      .Set(1, {info.version, info.commit});
}

Metrics::~Metrics() = default;

Counter Metrics::AddCounter(const MetricOptions& options) {
  return Counter(state_->Add(options, prometheus::BuildCounter()));
}

Gauge Metrics::AddGauge(const MetricOptions& options) {
  return Gauge(state_->Add(options, prometheus::BuildGauge()));
}

Histogram Metrics::AddHistogram(const MetricOptions& options) {
  return Histogram(state_->Add(options, prometheus::BuildHistogram()));
}

std::string Metrics::Text() const {
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace redisop
