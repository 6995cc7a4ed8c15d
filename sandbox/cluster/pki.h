// Keys, certificates and tokens of one sandbox, made anew for each by the openssl program.

#ifndef REDIS_OPERATOR_SANDBOX_CLUSTER_PKI_H_
#define REDIS_OPERATOR_SANDBOX_CLUSTER_PKI_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace redisop {

// Creates in `directory`: ca.{crt,key}; server.{crt,key} for 127.0.0.1, localhost and the names of
// the Service "kubernetes"; client.{crt,key} with which the API server shows itself to the nodes;
// sa.key for service account tokens; tokens.csv with one administrator. Returns the
// administrator's token. kNotFound: no openssl. kInternal: openssl failed; the message carries
// what it said.
absl::StatusOr<std::string> MakePki(const std::string& directory);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_CLUSTER_PKI_H_
