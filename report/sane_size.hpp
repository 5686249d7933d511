// Sizes as people set them: in steps of 64 MiB below 4 GiB and of 256 MiB above, spelt as systemd and the container
// runtimes read them.
#pragma once

#include <string>

#include "parser/units.hpp"

namespace oomwhy {

Bytes round_up(Bytes size);
Bytes round_down(Bytes size);              // never to nothing: at least one step
std::string spell_systemd(Bytes size);     // "3G", "320M"
std::string spell_kubernetes(Bytes size);  // "3Gi", "320Mi"

}  // namespace oomwhy
