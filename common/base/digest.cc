#include "common/base/digest.h"

#include <openssl/sha.h>

#include <array>

namespace redisop {

std::string Digest(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  std::string text = "sha256:";
  text.reserve(text.size() + 2 * hash.size());
  for (unsigned char byte : hash) {
    text += kHex[byte >> 4];
    text += kHex[byte & 15];
  }
  return text;
}

}  // namespace redisop
