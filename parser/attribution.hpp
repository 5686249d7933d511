// Who a PID of the task table was: unit and command line from entries that the journal vouches for, up to a ladder of
// certainty, and never across the reuse of a PID.
#pragma once

#include "parser/event.hpp"

struct sd_journal;  // libsystemd's open journal

namespace oomwhy {

// Fills Task::unit, unit_certainty and cmdline from earlier entries of the same boot. Derived: an entry before the kill
// has this PID, name (15 bytes) and uid, and the invocation of its unit had not ended. Assumed: the uid is not known,
// the entry came over a stream opened by a parent, or every entry with this name and uid in this boot is of one
// service. Else nothing.
void attribute_tasks(sd_journal* journal, OomEvent& event);

}  // namespace oomwhy
