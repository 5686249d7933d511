// How whole a report is: what is missing, and the grade that follows from it (the contract's A to C; D is for other
// programs' word and never a kernel report's).
#pragma once

#include "parser/event.hpp"

namespace oomwhy {

// What the event itself does not show of how its lines came.
struct Wholeness {
  bool header = false;               // the "invoked oom-killer" line is there
  bool kill = false;                 // an ending is there: a kill, a panic, nothing to kill
  bool table_is_whole = false;       // header, every row and the line behind them, without a gap
  bool constraint_expected = false;  // a kernel that prints the "oom-kill:" line
  bool has_constraint = false;
  bool gap = false;  // lines were lost or left out somewhere inside, or belong to it only by guess
};

void grade(OomEvent& event, const Wholeness& wholeness);

}  // namespace oomwhy
