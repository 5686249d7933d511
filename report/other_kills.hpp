// Other senders of SIGKILL, told apart from OOM kills.
#pragma once

#include <vector>

#include "report/analysis.hpp"
#include "report/userland_words.hpp"

namespace oomwhy {

// Units that died by SIGKILL and that no incident explains. `incidents` as join_userland() leaves them.
std::vector<OtherKill> find_other_kills(const std::vector<Incident>& incidents, const UserlandWords& words);

}  // namespace oomwhy
