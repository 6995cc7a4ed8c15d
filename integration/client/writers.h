// Writers that record every acknowledged write, and the judgement at the end.
//
//   Writers writers(seeds, {.connections = 4, .keys = 2000});
//   … scale, kill, wait …
//   const WriteReport report = writers.Stop();
//   EXPECT_EQ(report.lost, 0) << report;
//
// Each value is written once in the whole run, so that a value read at the end says which write it
// is from.

#ifndef REDIS_OPERATOR_INTEGRATION_CLIENT_WRITERS_H_
#define REDIS_OPERATOR_INTEGRATION_CLIENT_WRITERS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "integration/client/cluster_client.h"

namespace redisop::integration {

struct WriterOptions {
  int connections = 4;  // each a thread
  int keys = 2000;      // of each connection
};

struct WriteReport {
  uint64_t acknowledged = 0;
  uint64_t unknown = 0;   // no answer came; either outcome is right
  uint64_t lost = 0;      // acknowledged, and an older value or none was read at the end
  uint64_t phantoms = 0;  // read at the end, but never written
  uint64_t unread = 0;    // could not be read at the end
  uint64_t redirections = 0;
  std::map<std::string, uint64_t> errors;  // other than redirections
  std::vector<std::string> examples;       // of what was lost, at most ten
};
std::ostream& operator<<(std::ostream& out, const WriteReport& report);

class Writers {
 public:
  Writers(const std::vector<Endpoint>& seeds, const WriterOptions& options);
  // Stops without judging.
  ~Writers();
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;

  // Writes acknowledged so far. Any thread.
  uint64_t acknowledged() const { return acknowledged_; }

  // Ends the writers, reads every key back through a new client, and judges.
  WriteReport Stop();

 private:
  // What is known of one key. Sequence numbers grow with each attempt to write the key.
  struct KeyHistory {
    uint64_t acknowledged = 0;  // the last acknowledged
    uint64_t attempted = 0;     // the last attempted
  };
  struct Writer {
    std::thread thread;
    std::vector<KeyHistory> keys;
    ClientCounts counts;
    uint64_t unknown = 0;
  };

  void Write(int number, Writer& writer);
  void Judge(int number, const Writer& writer, ClusterClient& client, WriteReport* report);
  static std::string KeyName(int writer, size_t key);

  const std::vector<Endpoint> seeds_;
  const int keys_;
  std::atomic<bool> stop_ = false;
  std::atomic<uint64_t> acknowledged_ = 0;
  std::vector<std::unique_ptr<Writer>> writers_;
};

}  // namespace redisop::integration

#endif  // REDIS_OPERATOR_INTEGRATION_CLIENT_WRITERS_H_
