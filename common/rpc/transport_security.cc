#include "common/rpc/transport_security.h"

#include <unistd.h>

#include <map>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"
#include "fmt/format.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace redisop {
namespace {

using grpc::experimental::FileWatcherCertificateProvider;

constexpr unsigned int kReadAgainSeconds = 30;

absl::Status Invalid(std::string_view message) {
  return MakeStatus(absl::StatusCode::kInvalidArgument, message);
}

// One provider per set of files: each has a thread that reads them, and a bridge has a channel per
// agent.
std::shared_ptr<FileWatcherCertificateProvider> ProviderOf(const TransportSecurity& security) {
  using Files = std::tuple<std::string, std::string, std::string>;
  static absl::Mutex mutex;
  static auto& providers = *new std::map<Files, std::weak_ptr<FileWatcherCertificateProvider>>();
  absl::MutexLock lock(&mutex);
  auto& known = providers[{security.key_file, security.certificate_file, security.ca_file}];
  std::shared_ptr<FileWatcherCertificateProvider> provider = known.lock();
  if (provider == nullptr) {
    provider = std::make_shared<FileWatcherCertificateProvider>(
        security.key_file, security.certificate_file, security.ca_file, kReadAgainSeconds);
    known = provider;
  }
  return provider;
}

}  // namespace

absl::Status Validate(const TransportSecurity& security) {
  const std::pair<const char*, const std::string*> files[] = {
      {"certificate file", &security.certificate_file},
      {"key file", &security.key_file},
      {"CA file", &security.ca_file}};
  for (const auto& [what, file] : files) {
    if (security.plaintext && !file->empty()) {
      return Invalid(fmt::format("plaintext and a {} exclude each other", what));
    }
    if (!security.plaintext && file->empty()) {
      return Invalid(fmt::format("TLS needs a {}; without encryption, ask for plaintext", what));
    }
    if (!security.plaintext && ::access(file->c_str(), R_OK) != 0) {
      return Invalid(fmt::format("{} {} can't be read", what, *file));
    }
  }
  return absl::OkStatus();
}

// Both functions below fill fresh options: gRPC 1.51 aborts when two credentials are made from one
// object.

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TransportSecurity& security) {
  RETURN_IF_ERROR(Validate(security));
  if (security.plaintext) {
    return grpc::InsecureServerCredentials();
  }
  grpc::experimental::TlsServerCredentialsOptions options(ProviderOf(security));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const TransportSecurity& security) {
  RETURN_IF_ERROR(Validate(security));
  if (security.plaintext) {
    return grpc::InsecureChannelCredentials();
  }
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(ProviderOf(security));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace redisop
