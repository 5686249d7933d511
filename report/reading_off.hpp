// Room for what is still to be read: the tables of an incident's reports are read off (report/cause.hpp: EventFindings)
// and left out, so that it is judged the same without them; of very many reports most are only counted
// (report/folding.hpp).
#pragma once

#include <cstdint>

#include "report/analysis.hpp"

namespace oomwhy {

// Of an incident that may go on. Up to `budget` bytes stay whole: the report that the cause would be read from now, the
// last, the first and the largest one, and the first that names another cause.
void leave_middle_out(Incident& incident, const Background& background, std::uint64_t budget);

// Of an incident that is over: nothing but its verdict stays.
void leave_all_out(Incident& incident, const Background& background);

// Of more than twice `at_ends` reports the first and the last `at_ends` stay, and those that leave_middle_out() keeps
// before all others; the rest is counted.
void count_middle(Incident& incident, const Background& background, std::size_t at_ends);

}  // namespace oomwhy
