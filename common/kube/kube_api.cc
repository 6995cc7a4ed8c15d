#include "common/kube/kube_api.h"

#include "common/base/clock.h"
#include "common/base/status.h"
#include "common/base/status_macros.h"

namespace redisop {

absl::StatusOr<ObjectList> ListAll(KubeApi& api, const ResourcePath& path,
                                   const ListOptions& options, absl::Duration timeout,
                                   int page_size) {
  constexpr int kPagesMax = 10000;
  const absl::Duration deadline = SystemClock().Monotonic() + timeout;
  ListOptions next = options;
  next.limit = page_size;
  next.continue_token.clear();
  ObjectList all;
  for (int page = 0; page < kPagesMax; ++page) {
    const absl::Duration left = deadline - SystemClock().Monotonic();
    if (left <= absl::ZeroDuration()) {
      return MakeStatus(absl::StatusCode::kDeadlineExceeded, "the list took too long");
    }
    absl::StatusOr<ObjectList> got = api.List(path, next, left);
    if (!got.ok() && absl::IsOutOfRange(got.status()) && !next.continue_token.empty()) {
      next = options;
      return api.List(path, next, left);
    }
    RETURN_IF_ERROR(got.status());
    all.items.insert(all.items.end(), got->items.begin(), got->items.end());
    all.resource_version = got->resource_version;
    next.continue_token = got->continue_token;
    if (next.continue_token.empty()) {
      return all;
    }
    // A continued list is pinned by its token; the API server refuses a version beside it.
    next.resource_version.clear();
  }
  return MakeStatus(absl::StatusCode::kInternal, "the list has no end");
}

}  // namespace redisop
