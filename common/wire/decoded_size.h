// How much memory a message will take, told from its bytes before it is decoded. Two bytes on the
// wire can become an empty message of some hundred bytes, and a list holds millions of them: a
// limit on what is received does not limit what it becomes.

#ifndef REDIS_OPERATOR_COMMON_WIRE_DECODED_SIZE_H_
#define REDIS_OPERATOR_COMMON_WIRE_DECODED_SIZE_H_

#include <cstddef>

namespace google::protobuf {
class Descriptor;
namespace io {
class ZeroCopyInputStream;
}  // namespace io
}  // namespace google::protobuf

namespace redisop {

// Bytes of memory that the message of this type in `wire` takes when it is decoded, about. Stops
// counting above `limit`, and where the bytes are no such message; whoever decodes them finds out.
// Takes from `wire` what it looked at.
size_t DecodedBytes(google::protobuf::io::ZeroCopyInputStream& wire,
                    const google::protobuf::Descriptor& type, size_t limit);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_WIRE_DECODED_SIZE_H_
