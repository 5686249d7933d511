// /etc/oomwhy.conf and /etc/oomwhy.conf.d/*.conf: what a site wants of every scan. Options win; everything works
// without.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// Files in the order they count: a later one's setting takes the place of an earlier one's.
std::vector<std::string> conf_files(const std::string& path);

// Fills what the command line left open. Error: a key that is none, or a value that it cannot have.
std::optional<Error> apply_conf(const std::vector<std::string>& files, Request& request);

}  // namespace oomwhy
