// What an image name means on a machine without images: a program of the machine or of the build
// folder. Registry, tag and digest are ignored; the last part of the name decides. Values;
// immutable.
//
//   redis, redis-stack-server …   /usr/bin/redis-server
//   valkey                        /usr/bin/valkey-server
//   redis-operator-agent, -planner, -bridge (or -k8s-bridge), -launcher   the build folder's
//   programs, in /usr/local/bin busybox, debian, alpine       nothing by themselves: the container
//   names its command, a program of the machine

#ifndef REDIS_OPERATOR_SANDBOX_NODE_IMAGE_TABLE_H_
#define REDIS_OPERATOR_SANDBOX_NODE_IMAGE_TABLE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace redisop {

struct LocalImage {
  // What runs when the container names no command; empty: it has to.
  std::vector<std::string> entry_point;
  // Follows the entry point when the container names neither command nor args. May hold
  // "$(POD_IP)".
  std::vector<std::string> arguments;
  // The build folder's programs are at /usr/local/bin.
  bool has_operator_programs = false;
};

// kNotFound: no such entry; the message lists those there are.
absl::StatusOr<LocalImage> FindImage(std::string_view image);

// "redis" of "docker.io/library/redis:7.2@sha256:…".
std::string ImageBaseName(std::string_view image);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_IMAGE_TABLE_H_
