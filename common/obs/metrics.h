// Counters, gauges and histograms of one process, written as a Prometheus page.
//
//   Metrics metrics("redis_operator_");
//   Counter steps = metrics.AddCounter({.name = "plan_steps_total", .help = "Steps that ended",
//                                       .labels = {"kind", "outcome"}, .initial = {{"MeetNodes",
//                                       "ok"}}});
//   steps.Increment({"MeetNodes", "ok"});
//
// Names: base units, unit as plural suffix, `_total` on counters; no label called cluster, zone,
// service or type
// (`redis_cluster` instead); never a slot, key or address as label value. Every combination that is
// known beforehand goes into `initial`, so that rate() has a zero to start from.
//
// Thread-safe. A name that Prometheus forbids, a name added twice, and the wrong number of label
// values are mistakes of the program and end it.

#ifndef REDIS_OPERATOR_COMMON_OBS_METRICS_H_
#define REDIS_OPERATOR_COMMON_OBS_METRICS_H_

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace redisop {

// The values of a metric's labels, in the order of MetricOptions::labels.
using LabelValues = std::initializer_list<std::string_view>;

struct MetricOptions {
  // Without the prefix.
  std::string name;
  std::string help;
  std::vector<std::string> labels;
  // Label values that exist from the start, at zero. Without labels the one series always does.
  std::vector<std::vector<std::string>> initial;
  // Upper bounds of a histogram's buckets, ascending. Empty: 1 ms to 100 s.
  std::vector<double> buckets;
};

class MetricFamily;

// Handles are copied freely and stay valid as long as their Metrics.
class Counter {
 public:
  void Increment(LabelValues values = {}, double by = 1) const;
  // Ends a series: its cluster is gone.
  void Drop(LabelValues values) const;

 private:
  friend class Metrics;
  explicit Counter(MetricFamily* family) : family_(family) {}
  MetricFamily* family_;
};

class Gauge {
 public:
  void Set(double value, LabelValues values = {}) const;
  void Add(double by, LabelValues values = {}) const;
  void Drop(LabelValues values) const;

 private:
  friend class Metrics;
  explicit Gauge(MetricFamily* family) : family_(family) {}
  MetricFamily* family_;
};

class Histogram {
 public:
  void Observe(double value, LabelValues values = {}) const;
  void Drop(LabelValues values) const;

 private:
  friend class Metrics;
  explicit Histogram(MetricFamily* family) : family_(family) {}
  MetricFamily* family_;
};

class Metrics {
 public:
  // `prefix` goes before every name. A gauge `<prefix>build_info` is there from the start.
  explicit Metrics(std::string prefix);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter AddCounter(const MetricOptions& options);
  Gauge AddGauge(const MetricOptions& options);
  Histogram AddHistogram(const MetricOptions& options);

  // The page, in the text format that Prometheus reads.
  std::string Text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_OBS_METRICS_H_
