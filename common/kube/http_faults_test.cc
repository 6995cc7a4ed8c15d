// The client against a server that misbehaves: a scripted HTTP/1.1 server in this program, because
// a real API server cannot be made to do these things on demand.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "common/base/clock.h"
#include "common/kube/api_error.h"
#include "common/kube/curl_kube_api.h"
#include "common/testing/await.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace redisop {
namespace {

using ::testing::HasSubstr;

// Answers each request with what `script` returns for it; nullopt: no answer, the connection stays
// open. A text that ends within a message closes the connection there.
class ScriptedServer {
 public:
  struct Reply {
    std::string text;
    bool close = false;
  };
  using Script = std::function<std::optional<Reply>(const std::string& request)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)) {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    listen(listener_, 16);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }

  ~ScriptedServer() {
    stop_ = true;
    thread_.join();
    for (const Connection& connection : connections_) {
      close(connection.socket);
    }
    close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int accepted() const { return accepted_; }

 private:
  struct Connection {
    int socket;
    std::string received;
  };

  void Run() {
    while (!stop_) {
      std::vector<pollfd> waiting = {{listener_, POLLIN, 0}};
      for (const Connection& connection : connections_) {
        waiting.push_back({connection.socket, POLLIN, 0});
      }
      poll(waiting.data(), waiting.size(), 20);
      for (size_t i = connections_.size(); i-- > 0;) {
        if (waiting[i + 1].revents != 0 && !Serve(connections_[i])) {
          close(connections_[i].socket);
          connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
      if (waiting[0].revents != 0) {
        connections_.push_back({accept(listener_, nullptr, nullptr), {}});
        ++accepted_;
      }
    }
  }

  bool Serve(Connection& connection) {
    char buffer[65536];
    const ssize_t got = recv(connection.socket, buffer, sizeof buffer, 0);
    if (got <= 0) {
      return false;
    }
    connection.received.append(buffer, static_cast<size_t>(got));
    const size_t head = connection.received.find("\r\n\r\n");
    if (head == std::string::npos) {
      return true;
    }
    const std::optional<Reply> reply = script_(std::exchange(connection.received, {}));
    if (!reply) {
      return true;
    }
    return send(connection.socket, reply->text.data(), reply->text.size(), MSG_NOSIGNAL) >= 0 &&
           !reply->close;
  }

  const Script script_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<int> accepted_ = 0;
  std::vector<Connection> connections_;
  std::thread thread_;
};

std::string Answer(const std::string& status, const std::string& body,
                   const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::unique_ptr<KubeApi> Connect(const ScriptedServer& server, CurlKubeApiOptions options = {},
                                 const std::string& token_file = "") {
  KubeConfig config;
  config.server = server.url();
  config.token_file = token_file;
  absl::StatusOr<std::unique_ptr<KubeApi>> api = MakeCurlKubeApi(config, options);
  EXPECT_THAT(api.status(), IsOk());
  return *std::move(api);
}

const ResourcePath kPath = Named(kConfigMaps, "ns", "a");
constexpr char kObject[] = R"({"metadata":{"name":"a"}})";

TEST(HttpFaults, RetryAfterIsObeyedOnWritesToo) {
  std::atomic<int> asked = 0;
  ScriptedServer server([&](const std::string&) -> std::optional<ScriptedServer::Reply> {
    return ++asked == 1 ? ScriptedServer::Reply{Answer("429 Busy", "", "Retry-After: 1\r\n")}
                        : ScriptedServer::Reply{Answer("200 OK", kObject)};
  });
  const absl::Duration start = SystemClock().Monotonic();
  EXPECT_THAT(Connect(server)->Patch(kPath, "{}", {}, absl::Seconds(10)), IsOk());
  EXPECT_GE(SystemClock().Monotonic() - start, absl::Seconds(1));
  EXPECT_EQ(asked, 2);
}

TEST(HttpFaults, ARetryThatWouldComeTooLateIsNotWaitedFor) {
  ScriptedServer server([&](const std::string&) {
    return ScriptedServer::Reply{Answer("503 Down", "", "Retry-After: 60\r\n")};
  });
  const absl::Duration start = SystemClock().Monotonic();
  const absl::Status status = Connect(server)->Get(kPath, absl::Seconds(20)).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(ApiErrorOf(status)->retry_after, absl::Seconds(60));
  EXPECT_LT(SystemClock().Monotonic() - start, absl::Seconds(10));
}

TEST(HttpFaults, AWriteWithoutAnAnswerHasAnUnknownOutcomeAndIsSentOnce) {
  std::atomic<int> asked = 0;
  ScriptedServer server([&](const std::string&) -> std::optional<ScriptedServer::Reply> {
    ++asked;
    return std::nullopt;
  });
  EXPECT_THAT(
      Connect(server)->Create(Collection(kConfigMaps, "ns"), kObject, absl::Milliseconds(300)),
      StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(asked, 1);
}

TEST(HttpFaults, AConnectionThatBreaksInTheAnswerIsUnknownForWritesAndRetriedForReads) {
  std::atomic<int> asked = 0;
  ScriptedServer server([&](const std::string&) {
    return ++asked <= 2
               ? ScriptedServer::Reply{.text = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
                                       .close = true}
               : ScriptedServer::Reply{Answer("200 OK", kObject)};
  });
  const std::unique_ptr<KubeApi> api = Connect(server);
  EXPECT_THAT(api->Patch(kPath, "{}", {}, absl::Seconds(5)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(asked, 1);
  EXPECT_THAT(api->Get(kPath, absl::Seconds(5)), IsOk());
  EXPECT_EQ(asked, 3);
}

TEST(HttpFaults, ARefusedTokenIsReadAgainOnce) {
  TempDir dir;
  const std::string file = dir.File("token");
  std::ofstream(file) << "old";
  std::atomic<int> asked = 0;
  ScriptedServer server([&](const std::string& request) {
    ++asked;
    if (request.find("Bearer new") != std::string::npos) {
      return ScriptedServer::Reply{Answer("200 OK", kObject)};
    }
    std::ofstream(file) << "new";
    return ScriptedServer::Reply{Answer("401 Unauthorized", "")};
  });
  EXPECT_THAT(Connect(server, {}, file)->Get(kPath, absl::Seconds(5)), IsOk());
  EXPECT_EQ(asked, 2);
}

TEST(HttpFaults, AnAnswerThatIsTooLongIsRefused) {
  ScriptedServer server([&](const std::string&) {
    return ScriptedServer::Reply{Answer("200 OK", std::string(5000, ' '))};
  });
  EXPECT_THAT(Connect(server, {.response_bytes_max = 4096})->Get(kPath, absl::Seconds(5)),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

// Starts a watch and waits for its end.
absl::Status EndOfWatch(KubeApi& api, std::vector<std::string>* names = nullptr) {
  absl::Notification ended;
  absl::Status end;
  const std::unique_ptr<WatchHandle> watch =
      api.Watch(Collection(kConfigMaps, "ns"),
                {.selector = {}, .resource_version = "1", .timeout = absl::Seconds(60)},
                {.on_event =
                     [&](const WatchEvent& event) {
                       if (names != nullptr) {
                         names->push_back(event.object->meta.name);
                       }
                     },
                 .on_end =
                     [&](absl::Status status) {
                       end = std::move(status);
                       ended.Notify();
                     }});
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(20)));
  return end;
}

std::string Chunk(const std::string& text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

constexpr char kStream[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST(HttpFaults, TheEndOfAWatchTellsWhatHappened) {
  const std::string event = R"({"type":"ADDED","object":{"metadata":{"name":"x"}}})"
                            "\n";
  absl::Mutex mutex;
  ScriptedServer::Reply reply;
  ScriptedServer server([&](const std::string&) {
    const absl::MutexLock lock(&mutex);
    return reply;
  });
  const auto answer_with = [&](ScriptedServer::Reply next) {
    const absl::MutexLock lock(&mutex);
    reply = std::move(next);
  };
  const std::unique_ptr<KubeApi> api = Connect(server, {.watch_frame_bytes_max = 1000});

  std::vector<std::string> names;
  answer_with({kStream + Chunk(event.substr(0, 9)) + Chunk(event.substr(9) + event) + "0\r\n\r\n"});
  EXPECT_THAT(EndOfWatch(*api, &names), IsOk());
  EXPECT_THAT(names, ::testing::ElementsAre("x", "x"));

  answer_with({.text = kStream + Chunk(event), .close = true});
  EXPECT_THAT(EndOfWatch(*api), StatusIs(absl::StatusCode::kUnavailable));
  answer_with({Answer("410 Gone", R"({"kind":"Status","reason":"Expired","message":"too old"})")});
  EXPECT_THAT(EndOfWatch(*api), StatusIs(absl::StatusCode::kOutOfRange, HasSubstr("too old")));
  answer_with({kStream + Chunk(R"({"type":"ERROR","object":{"kind":"Status","code":410}})"
                               "\n")});
  EXPECT_THAT(EndOfWatch(*api), StatusIs(absl::StatusCode::kOutOfRange));
  answer_with({kStream + Chunk(std::string(2000, 'x'))});
  EXPECT_THAT(EndOfWatch(*api), StatusIs(absl::StatusCode::kInternal));
}

TEST(HttpFaults, ASilentWatchIsGivenUp) {
  ScriptedServer server([&](const std::string&) { return ScriptedServer::Reply{kStream}; });
  EXPECT_THAT(EndOfWatch(*Connect(server, {.watch_silence_max = absl::Milliseconds(200)})),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("too long")));
}

TEST(HttpFaults, ACancelledWatchSaysNothingMore) {
  ScriptedServer server([&](const std::string&) { return ScriptedServer::Reply{kStream}; });
  const std::unique_ptr<KubeApi> api = Connect(server);
  std::atomic<bool> called = false;
  std::unique_ptr<WatchHandle> watch =
      api->Watch(Collection(kConfigMaps, "ns"), {},
                 {.on_event = [&](const WatchEvent&) { called = true; },
                  .on_end = [&](const absl::Status&) { called = true; }});
  ASSERT_TRUE(Await(absl::Seconds(5), [&] { return server.accepted() == 1; }));
  watch.reset();
  EXPECT_THAT(api->GetRaw("/x", absl::Milliseconds(200)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace redisop
