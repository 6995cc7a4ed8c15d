#include "common/kube/credentials.h"

#include <sys/stat.h>

#include <fstream>

#include "absl/strings/escaping.h"

namespace redisop {
namespace {

std::string Bearer(std::string token) {
  while (!token.empty() && (token.back() == '\n' || token.back() == '\r' || token.back() == ' ')) {
    token.pop_back();
  }
  return token.empty() ? std::string() : "Bearer " + token;
}

std::string FixedHeader(const KubeConfig& config) {
  if (!config.token.empty()) {
    return Bearer(config.token);
  }
  if (!config.username.empty()) {
    return "Basic " + absl::Base64Escape(config.username + ":" + config.password);
  }
  return {};
}

}  // namespace

Credentials::Credentials(const KubeConfig& config)
    : file_(config.token_file), header_(FixedHeader(config)) {}

std::string Credentials::AuthorizationHeader() {
  absl::MutexLock lock(&mutex_);
  struct stat info {};
  if (file_.empty() || stat(file_.c_str(), &info) != 0) {
    return header_;
  }
  const int64_t changed_at = int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  if (changed_at == changed_at_ && info.st_ino == inode_) {
    return header_;
  }
  std::string token;
  if (std::ifstream file(file_); std::getline(file, token) && !Bearer(token).empty()) {
    header_ = Bearer(token);
    changed_at_ = changed_at;
    inode_ = info.st_ino;
  }
  return header_;
}

void Credentials::Refused() {
  absl::MutexLock lock(&mutex_);
  changed_at_ = -1;
}

}  // namespace redisop
