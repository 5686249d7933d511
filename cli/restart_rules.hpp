// Whether the units that an incident took down come back by themselves, out of the unit files of the host that it
// happened on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cli/request.hpp"

namespace oomwhy {

// The root whose unit files are those of the log that is asked for: "" for the logs of this host, --root. Absent: the
// log may be of any host.
std::optional<std::string> root_of_log(const Request& request);

// Adds a sentence on Restart= to those of `chosen` that happened on the host of this root, told by its name.
void add_restart_rules(Document& document, const std::vector<std::size_t>& chosen, const std::string& root);

}  // namespace oomwhy
