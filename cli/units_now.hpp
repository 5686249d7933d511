// How the units of an incident are now, out of a root's cgroupfs (v1 and v2) and /proc. Nothing is asked of systemd.
#pragma once

#include <string>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// Fills Incident::now of those of `chosen` that happened in the boot that runs on `root`: of a journal by the boot's
// id, of the ring buffer always. A unit of which nothing can be read is left out.
void add_units_now(Document& document, const std::vector<std::size_t>& chosen, const std::string& root);

}  // namespace oomwhy
