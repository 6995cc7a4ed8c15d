// One request of an HttpLoop: a libcurl easy handle with what it needs to stay alive while it runs.
// Used by the loop's thread only, after it was made.

#ifndef REDIS_OPERATOR_COMMON_KUBE_HTTP_TRANSFER_H_
#define REDIS_OPERATOR_COMMON_KUBE_HTTP_TRANSFER_H_

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/kube/http_loop.h"

namespace redisop {

class HttpTransfer {
 public:
  struct Options {
    absl::Duration timeout = absl::InfiniteDuration();      // of the whole exchange
    absl::Duration silence_max = absl::InfiniteDuration();  // between two pieces
    size_t body_bytes_max = 0;
    std::function<absl::Status(std::string_view)> on_data;  // null: the body is collected
    std::function<void(const absl::Status&, HttpResponse)> on_end;
  };

  // `server` must outlive the transfer.
  HttpTransfer(uint64_t number, const HttpServer& server, const HttpRequest& request,
               Options options);
  ~HttpTransfer();
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  CURL* easy() const { return easy_; }
  uint64_t number() const { return number_; }
  // Whether anything came back, and when the last did; before that, when the transfer was made.
  bool Heard() const { return last_byte_at_ > started_at_; }
  absl::Duration last_byte_at() const { return last_byte_at_; }

  // When the transfer must be given up unless a byte comes; infinite for none.
  absl::Duration SilentAt() const { return last_byte_at_ + options_.silence_max; }

  // libcurl is done with the request: tells on_end.
  void Finish(CURLcode result);
  // Ended from this side.
  void Abandon(const absl::Status& status);

 private:
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  void SetRequest(const HttpServer& server, const HttpRequest& request);
  void SetSecurity(const HttpServer& server);
  absl::Status StatusOf(CURLcode result) const;

  const uint64_t number_;
  const Options options_;
  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  std::string body_;
  HttpResponse response_;
  absl::Status refused_;  // by on_data or the size limit
  const absl::Duration started_at_;
  absl::Duration last_byte_at_;
  char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_HTTP_TRANSFER_H_
