// Looks for maps with fewer ranges than the greedy choice of edge_choice.h finds.
//
// A beam search: of all maps that one more bite leads to, those with the fewest ranges are followed
// further. Bites are as large as giver, run and taker allow; every map with the fewest ranges can
// be reached by such bites in some order, so a beam that drops nothing finds the fewest.

#ifndef REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_EDGE_SEARCH_H_
#define REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_EDGE_SEARCH_H_

#include <vector>

#include "services/planner/core/slots/edge_choice.h"

namespace redisop {

// How many maps a search over this line may follow at a time to stay within a few milliseconds; 0:
// the line is too long to be searched at all.
int BeamWidthFor(const std::vector<Run>& line, const std::vector<int>& surplus,
                 const std::vector<int>& need);

// The lines with the fewest ranges that the search finds after all needs are met, at most `width`
// of them; same arguments and requirements as ChooseEdges. Requires: width >= 1.
std::vector<std::vector<Run>> SearchEdges(const std::vector<Run>& line,
                                          const std::vector<int>& surplus,
                                          const std::vector<int>& need, int unassigned, int width);

}  // namespace redisop

#endif  // REDIS_OPERATOR_SERVICES_PLANNER_CORE_SLOTS_EDGE_SEARCH_H_
