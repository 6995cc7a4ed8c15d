// TCP ports for servers that can't choose one themselves.

#ifndef REDIS_OPERATOR_COMMON_TESTING_FREE_PORT_H_
#define REDIS_OPERATOR_COMMON_TESTING_FREE_PORT_H_

#include <vector>

namespace redisop {

// A port of 127.0.0.1 on which nobody listens. Each call in the process gives another one, and
// parallel test programs draw from different ranges. Lower than the kernel's own range, so outgoing
// connections never take it; `port + 10000` (the bus of a Redis node) is free as well. Ends the
// program when there is none.
int FreePort();

std::vector<int> FreePorts(int count);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_TESTING_FREE_PORT_H_
