// The seam to the Kubernetes API: everything above it runs against the real API server
// (curl_kube_api.h) or an in-memory one (common/testing/fake_kube_api.h).
//
// Thread-safe. Calls block until the answer or `timeout`. Errors are those of api_error.h. After
// kDeadlineExceeded of a write its outcome is unknown: read before retrying. Implementations send
// again by themselves, within `timeout`: what was answered with 429 or 5xx and Retry-After, once
// what was answered with 401, and once a read whose connection broke.

#ifndef REDIS_OPERATOR_COMMON_KUBE_KUBE_API_H_
#define REDIS_OPERATOR_COMMON_KUBE_KUBE_API_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/kube/object.h"
#include "common/kube/resource_path.h"

namespace redisop {

// Label and field selectors in the API's text form: "app=web,tier!=db", "spec.nodeName=n1".
struct Selector {
  std::string labels;
  std::string fields;
};

struct ListOptions {
  Selector selector;
  // Empty: the most recent state (quorum read). Else "not older than".
  std::string resource_version;
  int limit = 0;  // objects per page; 0: all
  std::string continue_token;
};

struct ObjectList {
  std::vector<KubeObjectPtr> items;
  std::string resource_version;
  std::string continue_token;  // empty on the last page
};

struct ApplyOptions {
  std::string field_manager;
  // Takes over fields that others manage; controllers always do. False: kAborted with cause
  // FieldManagerConflict.
  bool force = true;
};

enum class PatchType { kMerge, kJson, kStrategic };

struct PatchOptions {
  PatchType type = PatchType::kMerge;
  std::string field_manager;
};

enum class Propagation { kBackground, kForeground, kOrphan };

struct DeleteOptions {
  // Only this very object is deleted; another one under the name gives kAborted. Set it always:
  // names are used again.
  std::string uid;
  std::string resource_version;                 // empty: any
  std::optional<int64_t> grace_period_seconds;  // 0: at once; unset: the object's own
  Propagation propagation = Propagation::kBackground;
};

struct WatchOptions {
  Selector selector;
  std::string resource_version;               // events after exactly this one
  absl::Duration timeout = absl::Minutes(5);  // the server ends the watch after it
};

struct WatchEvent {
  enum class Type { kAdded, kModified, kDeleted, kBookmark };
  Type type = Type::kAdded;
  KubeObjectPtr object;  // kBookmark: only meta.resource_version counts. kDeleted: the last state
};

// Called in order, never two at once, on a thread of the implementation: they must return soon and
// must not call the KubeApi.
struct WatchCallbacks {
  std::function<void(WatchEvent)> on_event;
  // Once, last. OK: the server ended the watch in the normal way; go on at the last resource
  // version. kOutOfRange: that version is too old, list again. kUnavailable: the connection broke
  // or there was none.
  std::function<void(absl::Status)> on_end;
};

// A running watch. Destruction cancels it; afterwards no callback runs or starts (it waits for a
// running one, so it must not happen within a callback).
class WatchHandle {
 public:
  virtual ~WatchHandle() = default;
};

class KubeApi {
 public:
  virtual ~KubeApi() = default;

  virtual absl::StatusOr<KubeObject> Get(const ResourcePath& path, absl::Duration timeout) = 0;

  // One page of a collection. kOutOfRange: the continue token is too old; start again.
  virtual absl::StatusOr<ObjectList> List(const ResourcePath& path, const ListOptions& options,
                                          absl::Duration timeout) = 0;

  // POST to a collection, or to a subresource (eviction, token, binding). kAlreadyExists: the name
  // is taken. The answer is the created object, or a Status for some subresources.
  virtual absl::StatusOr<KubeObject> Create(const ResourcePath& path, std::string_view json,
                                            absl::Duration timeout) = 0;

  // PUT. kAborted when metadata.resourceVersion in `json` is not the current one.
  virtual absl::StatusOr<KubeObject> Update(const ResourcePath& path, std::string_view json,
                                            absl::Duration timeout) = 0;

  // Server-side apply: `json` is the full intent with apiVersion, kind and metadata.name; creates
  // what is not there.
  virtual absl::StatusOr<KubeObject> Apply(const ResourcePath& path, std::string_view json,
                                           const ApplyOptions& options, absl::Duration timeout) = 0;

  // kAborted when the patch carries metadata.resourceVersion and it is not the current one;
  // kInvalidArgument when a `test` of a JSON patch fails (the API server answers 422).
  virtual absl::StatusOr<KubeObject> Patch(const ResourcePath& path, std::string_view patch,
                                           const PatchOptions& options, absl::Duration timeout) = 0;

  // OK: deletion has begun or is done. kNotFound: was not there. kAborted: uid or version differ.
  virtual absl::Status Delete(const ResourcePath& path, const DeleteOptions& options,
                              absl::Duration timeout) = 0;

  // The answer's body to a GET of any path and query: "/version", "/readyz", pod logs.
  virtual absl::StatusOr<std::string> GetRaw(std::string_view path_and_query,
                                             absl::Duration timeout) = 0;

  // Starts a watch; errors come through on_end only. The handle must not outlive the KubeApi.
  virtual std::unique_ptr<WatchHandle> Watch(const ResourcePath& path, const WatchOptions& options,
                                             WatchCallbacks callbacks) = 0;
};

// All pages of a collection, `page_size` objects each, within `timeout` together. Starts again once
// without pages when the token became too old on the way.
absl::StatusOr<ObjectList> ListAll(KubeApi& api, const ResourcePath& path,
                                   const ListOptions& options, absl::Duration timeout,
                                   int page_size = 500);

}  // namespace redisop

#endif  // REDIS_OPERATOR_COMMON_KUBE_KUBE_API_H_
