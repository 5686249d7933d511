// A line's stamp as a point in time that outlives the line.
#pragma once

#include "parser/event.hpp"
#include "parser/log_line.hpp"

namespace oomwhy {

// Whether the line carried any stamp at all.
bool has_stamp(const Stamp& stamp);

// Whether the stamp is finer than a second.
bool is_exact(const Stamp& stamp);

// Printk and printed stamps are Stated; one that was computed (dmesg -T) or belongs to the moment of reception is
// Derived.
Time to_time(const Stamp& stamp);
// The same for a time that is set anew for each line: its characters' room is used again.
void set_time(Time& time, const Stamp& stamp);

}  // namespace oomwhy
