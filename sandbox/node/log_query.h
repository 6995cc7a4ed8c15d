// What the API server asks of a kubelet for "kubectl logs", taken apart. Pure.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_LOG_QUERY_H_
#define REDIS_OPERATOR_SANDBOX_NODE_LOG_QUERY_H_

#include <optional>
#include <string>
#include <string_view>

namespace redisop {

struct LogQuery {
  std::string namespace_name;
  std::string pod;
  std::string container;
  int tail_lines = -1;  // -1: all
  bool follows = false;
  bool is_previous = false;
};

// The query of an HTTP request's text; nullopt when it asks for anything but container logs. Names
// with characters outside Kubernetes' names are refused, so they are safe in paths.
std::optional<LogQuery> ParseLogRequest(std::string_view request);

// The end of `text` from the last `lines` lines on; all of it when `lines` is negative.
std::string_view LastLines(std::string_view text, int lines);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_LOG_QUERY_H_
