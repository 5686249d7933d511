// Lines of one report that say different things of the same process. What is printed stays, with a diagnostic; only a
// figure that the kernel is known to have printed in the wrong unit is replaced.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "parser/diagnostic.hpp"
#include "parser/event.hpp"
#include "parser/victim_list.hpp"

namespace oomwhy {

// `named`: what the report's oom-kill: line says of the victim.
void check_contradictions(OomEvent& event, const std::optional<NamedVictim>& named, const std::string& source,
                          std::vector<Diagnostic>& diagnostics);

// 4.8 to 4.10 print the node line's shmem figures one place too far to the right when they know transparent huge pages:
// what stands behind "anon_thp:" is shmem. Put right where the system's counter proves it.
void undo_shmem_shift(OomEvent& event);

}  // namespace oomwhy
