// Whether an error names a field: "snapshot.nodes[3].slots: '5-2' runs backwards".

#ifndef REDIS_OPERATOR_FUZZ_FIELD_PATH_H_
#define REDIS_OPERATOR_FUZZ_FIELD_PATH_H_

#include <google/protobuf/message.h>

#include <string_view>

namespace redisop::fuzz {

// True when `error` begins with the path of a field of `message`, a colon and a space. Elements of
// lists are given by index and must be there, entries of maps by key: "settings[maxmemory]".
bool NamesField(const google::protobuf::Message& message, std::string_view error);

}  // namespace redisop::fuzz

#endif  // REDIS_OPERATOR_FUZZ_FIELD_PATH_H_
