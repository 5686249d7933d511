// The doctor command: facts read, judged, printed.
#pragma once

#include "cli/program.hpp"
#include "cli/request.hpp"

namespace oomwhy {

ExitStatus run_doctor(const Request& request);

}  // namespace oomwhy
