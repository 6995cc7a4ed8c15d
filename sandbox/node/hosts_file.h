// The text of /etc/hosts that takes the place of cluster DNS: service names lead straight to the
// addresses of ready pods, for cluster IP and headless services alike, since there is nobody behind
// a cluster IP here. A port of a service is therefore the target port's number. Pure functions of
// values.

#ifndef REDIS_OPERATOR_SANDBOX_NODE_HOSTS_FILE_H_
#define REDIS_OPERATOR_SANDBOX_NODE_HOSTS_FILE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace redisop {

struct HostsService {
  std::string namespace_name;
  std::string name;
  std::map<std::string, std::string> selector;  // empty: no addresses
  bool is_headless = false;
  bool publishes_not_ready = false;
};

struct HostsPod {
  std::string namespace_name;
  std::map<std::string, std::string> labels;
  std::string address;  // empty: not listed
  std::string hostname;
  std::string subdomain;
  bool is_ready = false;  // Ready and not being deleted
};

// The file as pods of `namespace_name` see it: names of their own namespace also in short form.
// Each address of a service gets a line of its own (resolvers collect them: "multi on"). Pods with
// hostname and subdomain get "<hostname>.<subdomain>…" when the headless service `subdomain`
// selects them.
std::string MakeHostsFile(std::string_view namespace_name,
                          const std::vector<HostsService>& services,
                          const std::vector<HostsPod>& pods);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SANDBOX_NODE_HOSTS_FILE_H_
