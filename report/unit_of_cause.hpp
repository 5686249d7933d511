// Which unit a group of tasks belongs to, and how far that can be trusted: the kernel prints a cgroup for the victim
// and for a limit only; a journal may know others. Never from a process name.
#pragma once

#include <optional>
#include <string>

#include "report/scene.hpp"

namespace oomwhy {

struct UnitOfCause {
  std::optional<std::string> name;
  std::optional<Certainty> certainty;
};

// Stated: the limit that was hit is the unit's own, or the only task is the victim. Derived: a journal's word for most
// of the tasks. Assumed: by the name and uid shared with one that is known.
UnitOfCause unit_of(const Scene& scene, const Suspect& suspect);

// The unit whose own limit was hit.
std::optional<std::string> limited_unit(const OomEvent& event);

}  // namespace oomwhy
