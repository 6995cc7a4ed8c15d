#include "common/kube/resource_path.h"

#include <fmt/format.h>

namespace redisop {

std::string ResourceType::ApiVersion() const {
  return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

std::string ResourcePath::UrlPath() const {
  std::string url =
      group.empty() ? "/api/" + version : fmt::format("/apis/{}/{}", UrlEncode(group), version);
  if (!namespace_name.empty()) {
    url += "/namespaces/" + UrlEncode(namespace_name);
  }
  url += "/" + UrlEncode(plural);
  if (!name.empty()) {
    url += "/" + UrlEncode(name);
  }
  if (!subresource.empty()) {
    url += "/" + subresource;
  }
  return url;
}

ResourcePath Collection(const ResourceType& type, std::string_view namespace_name) {
  return {.group = std::string(type.group),
          .version = std::string(type.version),
          .plural = std::string(type.plural),
          .namespace_name = std::string(namespace_name),
          .name = {},
          .subresource = {}};
}

ResourcePath Named(const ResourceType& type, std::string_view namespace_name, std::string_view name,
                   std::string_view subresource) {
  ResourcePath path = Collection(type, namespace_name);
  path.name = name;
  path.subresource = subresource;
  return path;
}

std::string UrlEncode(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  encoded.reserve(text.size());
  for (char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

}  // namespace redisop
