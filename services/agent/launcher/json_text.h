// The little JSON that the launcher writes and looks at. Pure.

#ifndef REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_JSON_TEXT_H_
#define REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_JSON_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace redisop {

// `"name":"value"`, escaped.
std::string JsonField(std::string_view name, std::string_view value);
// `"name":1`
std::string JsonField(std::string_view name, int64_t value);

// `{field,field}` and a line end.
std::string JsonObject(const std::vector<std::string>& fields);

// Whether a flat object contains exactly this field. Blanks outside of strings don't count.
bool HasJsonField(std::string_view object, std::string_view field);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_AGENT_LAUNCHER_JSON_TEXT_H_
