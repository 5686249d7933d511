// What a site knows that no log says: /etc/oomwhy.conf, [Advice]. Nothing here changes a verdict, only what is
// proposed.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace oomwhy {

struct Site {
  std::vector<std::string> protect;          // Protect=: units that others are to die for; shell patterns, as with -u
  std::vector<std::string> never_limit;      // NeverLimit=: units that get no memory limit; shell patterns
  std::optional<unsigned> headroom_percent;  // Headroom=: of a host's memory, to stay free; absent: what we assume
};

}  // namespace oomwhy
