// The least client that can ask a redis-server a question: one connection, one call at a time.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_RESP_CLIENT_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_RESP_CLIENT_H_

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace redisop {

// One thread. Everything together must be done within the time given at the start.
class RespClient {
 public:
  // `where`: the path of a unix socket, or "ip:port".
  RespClient(std::string where, int deadline_milliseconds);
  ~RespClient();
  RespClient(const RespClient&) = delete;
  RespClient& operator=(const RespClient&) = delete;

  // Sends a command and returns its reply in wire form: "+PONG\r\n", "-LOADING …\r\n", or for a
  // bulk reply just its content. nullopt when there was none in time, or it was another kind of
  // reply; error() then says why, and later calls fail as well.
  std::optional<std::string> Call(const std::vector<std::string>& command);

  // Why the last call gave nothing.
  const std::string& error() const { return error_; }

 private:
  bool Connect();
  bool ConnectTcp();
  bool Send(std::string_view bytes);
  bool ReadMore();
  bool WaitFor(short events);

  std::string where_;
  std::chrono::steady_clock::time_point deadline_;
  int fd_ = -1;
  std::string received_;
  std::string error_;
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_RESP_CLIENT_H_
