// What the unit files of a root say about memory: systemd's search path, drop-ins applied over them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "report/unit_policy.hpp"

namespace oomwhy {

// Services, slices and scopes, sorted by name; templates too. Masked units are left out. Absent: no folder of units
// could be read. `root` without a trailing slash: "" is this host.
std::optional<std::vector<UnitPolicy>> read_unit_files(const std::string& root);

// What one unit is given, of an instance out of its template's files, too. Absent: it has no file, or is masked.
std::optional<UnitPolicy> read_unit_policy(const std::string& root, const std::string& unit);

// The units of `names` that something in /etc or /run wants, sorted.
std::vector<std::string> enabled_units(const std::string& root, const std::vector<std::string>& names);

// "KEY=VALUE" lines of an ini file, in order, without comments; sections are not told apart.
using Settings = std::vector<std::pair<std::string, std::string>>;
Settings read_settings(const std::string& path);

}  // namespace oomwhy
