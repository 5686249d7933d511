// Other senders of SIGKILL, told apart from OOM kills.
#pragma once

#include <vector>

#include "report/analysis.hpp"
#include "report/userland_words.hpp"

namespace oomwhy {

// Tells of a death by SIGKILL, or of who sends a signal: what find_other_kills() goes by.
bool tells_of_signal(const UnitMessage& message);

// Units that died by SIGKILL and that no incident explains. `incidents` as join_userland() leaves them.
std::vector<OtherKill> find_other_kills(const std::vector<Incident>& incidents, const UserlandWords& words);

}  // namespace oomwhy
