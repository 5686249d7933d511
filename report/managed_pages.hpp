// The memory that the kernel manages (totalram_pages, MemTotal), from the figures that a report prints about it.
#pragma once

#include <optional>
#include <string>

#include "parser/event.hpp"

namespace oomwhy {

struct ManagedPages {
  Pages pages;
  Certainty certainty = Certainty::Derived;
  std::string derivation;  // "RAM 4115400 - reserved 97082"
};

// pages RAM - pages reserved, with what was wrong about them in some kernels: 3.12 to 3.16 print one zone's reserve for
// all (the zones' "managed:" are right), 3.19 to 4.1 leave the CMA area out of it. Absent: these were not printed, or a
// zone is missing where the zones have to tell.
std::optional<ManagedPages> managed_pages(const OomEvent& event);

// The sum of "managed:" over the zones that were printed (a cpuset or memory policy leaves zones out). Absent: a zone
// without the figure (<= 3.7), or no zone.
std::optional<Pages> managed_pages_of_zones(const OomEvent& event);

// Whether every zone of the machine was printed: their "present:" add up to "pages RAM". False too where nobody can
// tell (up to 3.11 "pages RAM" counts other pages). A sum over fewer zones or nodes says nothing of the system.
bool has_all_zones(const OomEvent& event);

}  // namespace oomwhy
