#include "integration/client/writers.h"

#include <fmt/format.h>

#include <cstdlib>

namespace redisop::integration {
namespace {

constexpr int kReadAttempts = 50;
constexpr size_t kExamplesMax = 10;

}  // namespace

std::ostream& operator<<(std::ostream& out, const WriteReport& report) {
  out << fmt::format(
      "acknowledged {}, lost {}, phantoms {}, unread {}, unknown {}, redirections {}",
      report.acknowledged, report.lost, report.phantoms, report.unread, report.unknown,
      report.redirections);
  for (const auto& [error, count] : report.errors) {
    out << fmt::format(", {} x {}", count, error);
  }
  for (const std::string& example : report.examples) {
    out << "\n  " << example;
  }
  return out;
}

std::string Writers::KeyName(int writer, size_t key) { return fmt::format("w{}:{}", writer, key); }

Writers::Writers(const std::vector<Endpoint>& seeds, const WriterOptions& options)
    : seeds_(seeds), keys_(options.keys) {
  for (int i = 0; i < options.connections; ++i) {
    writers_.push_back(std::make_unique<Writer>());
    Writer& writer = *writers_.back();
    writer.keys.resize(static_cast<size_t>(keys_));
    writer.thread = std::thread([this, i, &writer] { Write(i, writer); });
  }
}

Writers::~Writers() {
  stop_ = true;
  for (auto& writer : writers_) {
    if (writer->thread.joinable()) {
      writer->thread.join();
    }
  }
}

void Writers::Write(int number, Writer& writer) {
  ClusterClient client(seeds_);
  uint64_t sequence = 0;
  while (!stop_) {
    const size_t key = static_cast<size_t>(sequence % static_cast<uint64_t>(keys_));
    KeyHistory& history = writer.keys[key];
    history.attempted = ++sequence;
    const std::string name = KeyName(number, key);
    const Outcome outcome = client.Run(name, {"SET", name, fmt::format("{}-{}", number, sequence)});
    if (outcome.kind == Outcome::Kind::kAcknowledged) {
      history.acknowledged = sequence;
      ++acknowledged_;
    } else if (outcome.kind == Outcome::Kind::kUnknown) {
      ++writer.unknown;
    }
  }
  writer.counts = client.counts();
}

void Writers::Judge(int number, const Writer& writer, ClusterClient& client, WriteReport* report) {
  for (size_t key = 0; key < writer.keys.size(); ++key) {
    const KeyHistory& history = writer.keys[key];
    const std::string name = KeyName(number, key);
    Outcome read;
    for (int i = 0; i < kReadAttempts && read.kind != Outcome::Kind::kAcknowledged; ++i) {
      read = client.Run(name, {"GET", name});
    }
    if (read.kind != Outcome::Kind::kAcknowledged) {
      ++report->unread;
      continue;
    }
    const std::string value = read.value.value_or("");
    const uint64_t found =
        value.empty() ? 0 : std::strtoull(value.substr(value.find('-') + 1).c_str(), nullptr, 10);
    if (found < history.acknowledged) {
      ++report->lost;
      if (report->examples.size() < kExamplesMax) {
        report->examples.push_back(fmt::format("{} (slot {}): acknowledged write {}, read '{}'",
                                               name, SlotOf(name), history.acknowledged, value));
      }
    } else if (found > history.attempted) {
      ++report->phantoms;
    }
  }
}

WriteReport Writers::Stop() {
  stop_ = true;
  WriteReport report;
  ClusterClient client(seeds_);
  for (size_t i = 0; i < writers_.size(); ++i) {
    Writer& writer = *writers_[i];
    writer.thread.join();
    report.unknown += writer.unknown;
    report.redirections += writer.counts.moved + writer.counts.ask + writer.counts.tryagain;
    for (const auto& [error, count] : writer.counts.errors) {
      report.errors[error] += count;
    }
    Judge(static_cast<int>(i), writer, client, &report);
  }
  report.acknowledged = acknowledged_;
  return report;
}

}  // namespace redisop::integration
