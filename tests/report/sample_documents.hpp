// Documents made by hand for the tests of the renderers.
#pragma once

#include "report/analysis.hpp"

namespace oomwhy::tests {

// 41 php workers of report-gen.service fill a host of 15.6 GiB; the kernel kills mariadbd, the largest single process.
Document swarm_kills_database();
// The same as one of 100 000 reports, of which only that one was kept.
Document with_counted_reports();
// Nothing was found in a log of a day, in which the kernel dropped messages.
Document nothing_found();
// Every part of the model filled in, one of each kind.
Document everything_said();
// An incident of one event of which nothing is known.
Document nothing_said();
// `swarm_kills_database()` with this comm for every process, this unit and this host.
Document with_names(const std::string& hostile);

}  // namespace oomwhy::tests
