// Certificates for tests of TLS, made by the openssl program.

#ifndef REDIS_OPERATOR_COMMON_TESTING_CERTIFICATE_H_
#define REDIS_OPERATOR_COMMON_TESTING_CERTIFICATE_H_

#include <string>

#include "absl/status/status.h"

namespace redisop {

// Makes an authority and a certificate of it in `directory`: <name>-ca.pem, <name>.pem and
// <name>.key. `alternative_names` as openssl writes them: "DNS:agent.example,IP:127.0.0.1". A
// second call with the same name makes new ones. kInternal carries what openssl said.
absl::Status MakeCertificate(const std::string& directory, const std::string& name,
                             const std::string& alternative_names);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_CERTIFICATE_H_
