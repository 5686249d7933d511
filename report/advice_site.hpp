// What a site's conf says against a setting: a gate on its target, in the conf's own words.
#pragma once

#include <string>

#include "report/advice_target.hpp"
#include "report/site.hpp"

namespace oomwhy {

// The target of a limit that is not there yet: neither NeverLimit= nor Protect= may name it.
Target before_limit(Target target, const Site& site);
// The target that is to die in place of another: Protect= may not name it.
Target before_offer(Target target, const Site& site);
// Why nobody wants that one of `unit` dies; empty: nothing is said against it.
std::string against_death_of(const std::string& unit, const Site& site);

}  // namespace oomwhy
