#include "report/unit_pattern.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace oomwhy {

bool names_unit(const std::string& pattern, const std::string& unit) {
  return ::fnmatch(pattern.c_str(), unit.c_str(), 0) == 0 ||
         ::fnmatch((pattern + ".service").c_str(), unit.c_str(), 0) == 0;
}

bool names_unit(const std::vector<std::string>& patterns, const std::string& unit) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return names_unit(pattern, unit); });
}

}  // namespace oomwhy
