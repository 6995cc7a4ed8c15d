// Slots as text: what is understood is written and understood again as the same.

#include <cstdint>
#include <string_view>

#include "common/model/slot_set.h"
#include "fuzz/expect.h"

namespace redisop::fuzz {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::StatusOr<SlotSet> slots = SlotSet::Parse({reinterpret_cast<const char*>(data), size});
  if (!slots.ok()) {
    Expect(slots.status().code() == absl::StatusCode::kInvalidArgument, "refused as wrong input");
    return 0;
  }
  const absl::StatusOr<SlotSet> again = SlotSet::Parse(slots->ToString());
  Expect(again.ok() && *again == *slots, "its own text is understood");
  int count = 0;
  int after = -1;  // the end of the range before
  for (const SlotRange& range : slots->Ranges()) {
    Expect(after < range.first && range.first < range.end && range.end <= kSlotCount,
           "ranges ascend and are maximal");
    count += range.size();
    after = range.end;
  }
  Expect(count == slots->size(), "ranges hold every slot once");
  return 0;
}

}  // namespace redisop::fuzz
