// Units as people name them: shell patterns, ".service" understood as in systemctl and journalctl.
#pragma once

#include <string>
#include <vector>

namespace oomwhy {

bool names_unit(const std::string& pattern, const std::string& unit);
bool names_unit(const std::vector<std::string>& patterns, const std::string& unit);  // any of them

}  // namespace oomwhy
