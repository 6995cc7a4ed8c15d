#include "common/redis/tls_transport.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>
#include <utility>

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {
namespace {

// The oldest error of this thread; the others only repeat it in more general terms.
std::string TakeSslError() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason == nullptr ? "unknown error" : reason;
  ERR_clear_error();
  return text;
}

absl::Status Wrong(std::string_view file, std::string_view path) {
  return MakeStatus(absl::StatusCode::kInvalidArgument,
                    fmt::format("{} {}: {}", file, path, TakeSslError()));
}

absl::Status LoadFiles(SSL_CTX* context, const TlsFiles& files) {
  if (files.ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) != 1
                            : SSL_CTX_load_verify_file(context, files.ca_file.c_str()) != 1) {
    return Wrong("CA file", files.ca_file);
  }
  if (files.certificate_file.empty()) {
    return absl::OkStatus();
  }
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1) {
    return Wrong("certificate file", files.certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Wrong("key file", files.key_file);
  }
  return absl::OkStatus();
}

// OpenSSL's view of the inner transport. Its errors are kept for whoever called OpenSSL.
struct InnerStream {
  std::unique_ptr<Transport> transport;
  absl::Status read_error;
  absl::Status write_error;
};

int RetryLater(BIO* bio, int flag) {
  BIO_set_flags(bio, flag | BIO_FLAGS_SHOULD_RETRY);
  return -1;
}

int ReadInner(BIO* bio, char* buffer, int size) {
  BIO_clear_retry_flags(bio);
  auto* inner = static_cast<InnerStream*>(BIO_get_data(bio));
  const auto count = inner->transport->Read({buffer, static_cast<size_t>(size)});
  inner->read_error = count.status();
  if (!count.ok()) {
    return -1;
  }
  return *count == 0 ? RetryLater(bio, BIO_FLAGS_READ) : static_cast<int>(*count);
}

// A write that fails counts as nothing written: the next read says why the stream ended, which may
// be an alert that arrived before the end ("certificate required").
int WriteInner(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  auto* inner = static_cast<InnerStream*>(BIO_get_data(bio));
  const auto count = inner->transport->Write({bytes, static_cast<size_t>(size)});
  inner->write_error = count.status();
  return count.value_or(0) == 0 ? RetryLater(bio, BIO_FLAGS_WRITE) : static_cast<int>(*count);
}

long ControlInner(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

// Not OpenSSL's socket BIO: that one writes without MSG_NOSIGNAL.
const BIO_METHOD* InnerMethod() {
  static const BIO_METHOD* const kMethod = [] {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "transport");
    BIO_meth_set_read(method, ReadInner);
    BIO_meth_set_write(method, WriteInner);
    BIO_meth_set_ctrl(method, ControlInner);
    return method;
  }();
  return kMethod;
}

class TlsTransport : public Transport {
 public:
  TlsTransport(SSL_CTX* context, std::unique_ptr<Transport> inner)
      : inner_{std::move(inner), absl::OkStatus(), absl::OkStatus()},
        ssl_(SSL_new(context), &SSL_free) {
    BIO* bio = BIO_new(InnerMethod());
    BIO_set_data(bio, &inner_);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);  // owns it now
  }

  absl::Status Handshake(std::string name, absl::Duration timeout) {
    ExpectName(name);
    const absl::Duration deadline = SystemClock().Monotonic() + timeout;
    while (true) {
      ERR_clear_error();
      const int result = SSL_connect(ssl_.get());
      if (result == 1) {
        return absl::OkStatus();
      }
      const int why = SSL_get_error(ssl_.get(), result);
      if ((why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) || !inner_.write_error.ok()) {
        return HandshakeFailure(name);
      }
      const absl::Duration left = deadline - SystemClock().Monotonic();
      if (left <= absl::ZeroDuration() ||
          !inner_.transport->Wait(why == SSL_ERROR_WANT_WRITE, left).ok()) {
        return MakeStatus(absl::StatusCode::kUnavailable, "TLS: no answer in time");
      }
    }
  }

  absl::StatusOr<size_t> Read(absl::Span<char> buffer) override {
    ERR_clear_error();
    size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
    read_wants_write_ = false;
    return result == 1 ? absl::StatusOr<size_t>(count)
                       : NothingOr(result, SSL_ERROR_WANT_WRITE, read_wants_write_);
  }

  absl::StatusOr<size_t> Write(std::string_view bytes) override {
    ERR_clear_error();
    size_t count = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    write_wants_read_ = false;
    return result == 1 ? absl::StatusOr<size_t>(count)
                       : NothingOr(result, SSL_ERROR_WANT_READ, write_wants_read_);
  }

  // Requires, as SocketConnection does: the last Read returned 0, so nothing is left decrypted.
  absl::Status Wait(bool for_write, absl::Duration timeout) override {
    return inner_.transport->Wait(read_wants_write_ || (for_write && !write_wants_read_), timeout);
  }

 private:
  void ExpectName(std::string& name) {
    SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, nullptr);
    X509_VERIFY_PARAM* expected = SSL_get0_param(ssl_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str()) != 1) {
      X509_VERIFY_PARAM_set1_host(expected, name.c_str(), name.size());
      // SSL_set_tlsext_host_name, without its cast.
      SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
    }
  }

  absl::Status HandshakeFailure(const std::string& name) const {
    if (const long verified = SSL_get_verify_result(ssl_.get()); verified != X509_V_OK) {
      return MakeStatus(absl::StatusCode::kPermissionDenied,
                        fmt::format("TLS: the server's certificate is refused: {} (expected {})",
                                    X509_verify_cert_error_string(verified), name));
    }
    const absl::Status& ended = inner_.read_error.ok() ? inner_.write_error : inner_.read_error;
    return MakeStatus(absl::StatusCode::kUnavailable,
                      fmt::format("TLS: {}", ended.ok() ? TakeSslError() : MessageOf(ended)));
  }

  // 0 when OpenSSL waits for the socket; `crossed` is set when a read waits to write, or a write to
  // read.
  absl::StatusOr<size_t> NothingOr(int result, int crossed_code, bool& crossed) {
    const int why = SSL_get_error(ssl_.get(), result);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
      crossed = why == crossed_code;
      return size_t{0};
    }
    if (!inner_.read_error.ok()) {
      return inner_.read_error;
    }
    return MakeStatus(absl::StatusCode::kUnavailable, why == SSL_ERROR_ZERO_RETURN
                                                          ? "redis closed the connection"
                                                          : fmt::format("TLS: {}", TakeSslError()));
  }

  InnerStream inner_;  // outlives ssl_, whose BIO points to it
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  bool read_wants_write_ = false;
  bool write_wants_read_ = false;
};

}  // namespace

TlsContext::TlsContext(TlsFiles files, ssl_ctx_st* context)
    : files_(std::move(files)), context_(context) {}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

absl::StatusOr<std::unique_ptr<TlsContext>> TlsContext::Make(const TlsFiles& files) {
  ERR_clear_error();
  std::unique_ptr<TlsContext> made(new TlsContext(files, SSL_CTX_new(TLS_client_method())));
  SSL_CTX_set_min_proto_version(made->context_, TLS1_2_VERSION);
  // Partial writes from a buffer that moves between tries: the queue of a connection grows.
  SSL_CTX_set_mode(made->context_,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  RETURN_IF_ERROR(LoadFiles(made->context_, files));
  return made;
}

absl::StatusOr<std::unique_ptr<Transport>> TlsContext::Connect(std::unique_ptr<Transport> inner,
                                                               std::string_view host,
                                                               absl::Duration timeout) const {
  auto transport = std::make_unique<TlsTransport>(context_, std::move(inner));
  RETURN_IF_ERROR(transport->Handshake(
      files_.server_name.empty() ? std::string(host) : files_.server_name, timeout));
  return transport;
}

}  // namespace redisop
