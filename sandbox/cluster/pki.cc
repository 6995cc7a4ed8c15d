#include "sandbox/cluster/pki.h"

#include <unistd.h>

#include <filesystem>

#include "common/base/random.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "sandbox/cluster/state_directory.h"
#include "sandbox/process/child_process.h"

namespace redisop {
namespace {

// $1: the directory. One shell for all, since each start of openssl costs more than its work.
constexpr char kScript[] = R"(set -e
cd "$1"
new_key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
openssl req -x509 $new_key -subj /CN=sandbox-ca -days 365 \
  -addext keyUsage=keyCertSign,digitalSignature -keyout ca.key -out ca.crt
{
  printf subjectAltName=IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes
  printf ,DNS:kubernetes.default,DNS:kubernetes.default.svc
  printf ',DNS:kubernetes.default.svc.cluster.local\n'
} >server.ext
openssl req $new_key -subj /CN=kube-apiserver -keyout server.key -out server.csr
openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -set_serial 2 -days 365 \
  -extfile server.ext -out server.crt
openssl req $new_key -subj /O=system:masters/CN=kube-apiserver -keyout client.key -out client.csr
openssl x509 -req -in client.csr -CA ca.crt -CAkey ca.key -set_serial 3 -days 365 -out client.crt
openssl ecparam -genkey -name prime256v1 -noout -out sa.key
rm -f ./*.csr ./*.ext
)";

}  // namespace

absl::StatusOr<std::string> MakePki(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  const std::string log = directory + "/openssl.log";
  ASSIGN_OR_RETURN(const int code,
                   RunToEnd({.arguments = {"/bin/sh", "-c", kScript, "pki", directory},
                             .environment = OwnEnvironment(),
                             .output_file = log},
                            absl::Seconds(30)));
  if (code == 127) {
    return MakeStatus(absl::StatusCode::kNotFound, "the program openssl is not installed");
  }
  if (code != 0) {
    const absl::StatusOr<std::string> said = ReadWholeFile(log);
    return MakeStatus(absl::StatusCode::kInternal,
                      fmt::format("openssl failed: {}", said.ok() ? *said : ""));
  }
  const std::string token =
      fmt::format("{:016x}{:016x}", SystemRandom().Next(), SystemRandom().Next());
  RETURN_IF_ERROR(WriteFileAtomically(directory + "/tokens.csv",
                                      token + ",sandbox-admin,sandbox-admin,system:masters\n"));
  return token;
}

}  // namespace redisop
