#include "report/advice_site.hpp"

#include <utility>

#include "report/unit_pattern.hpp"

namespace oomwhy {
namespace {

Target held_back(Target target, const std::string& word) {
  target.gate += (target.gate.empty() ? "" : "; ") + word;
  return target;
}

bool is_named(const Target& target, const std::vector<std::string>& patterns) {
  return !target.name.empty() && names_unit(patterns, target.name);
}

}  // namespace

Target before_limit(Target target, const Site& site) {
  if (is_named(target, site.never_limit)) return held_back(std::move(target), "oomwhy.conf: NeverLimit= names it");
  if (is_named(target, site.protect)) return held_back(std::move(target), "oomwhy.conf: Protect= names it");
  return target;
}

Target before_offer(Target target, const Site& site) {
  return is_named(target, site.protect) ? held_back(std::move(target), "oomwhy.conf: Protect= names it") : target;
}

std::string against_death_of(const std::string& unit, const Site& site) {
  return names_unit(site.protect, unit) ? unit + " would die, and Protect= of oomwhy.conf names it" : "";
}

}  // namespace oomwhy
