// How the command line talks to a running sandbox: one request and one reply, as text, over a unix
// socket in the state directory, which only its owner can enter.

#ifndef REDIS_OPERATOR_SANDBOX_CLI_CONTROL_SOCKET_H_
#define REDIS_OPERATOR_SANDBOX_CLI_CONTROL_SOCKET_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace redisop {

// Answers requests one after the other on a thread of its own.
class ControlServer {
 public:
  // Gets the words of a request; the text of the reply, or an error.
  using Handler = std::function<absl::StatusOr<std::string>(const std::vector<std::string>& words)>;

  // kUnavailable: the socket can't be made in `directory`.
  static absl::StatusOr<std::unique_ptr<ControlServer>> Start(const std::string& directory,
                                                              Handler handler);
  // Waits for a running request.
  ~ControlServer();
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;

 private:
  ControlServer(int listener, int end, Handler handler);
  void Run();
  void Serve(int connection);

  const int listener_;
  const int end_;  // readable: the server ends
  const Handler handler_;
  std::thread thread_;
};

// Sends one request to the sandbox whose state is in `directory` and waits up to 30 s for the
// reply. kUnavailable: nobody answers. kInvalidArgument and others: as the handler said.
absl::StatusOr<std::string> AskSandbox(const std::string& directory,
                                       const std::vector<std::string>& words);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_CLI_CONTROL_SOCKET_H_
