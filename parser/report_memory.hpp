// The memory block of a report: each of its facts into its place in the event. `fits` says whether a fact can belong to
// the same block as what is there already; the block prints every figure once, so a second and different one is another
// report's.
#pragma once

#include "parser/event.hpp"
#include "parser/facts_memory.hpp"

namespace oomwhy {

bool fits(const OomEvent& event, const SystemCounters& fact);
bool fits(const OomEvent& event, const NodeCounters& fact);
bool fits(const OomEvent& event, const ZoneCounters& fact);
bool fits(const OomEvent& event, const BuddyList& fact);
bool fits(const OomEvent& event, const Hugepages& fact);
bool fits(const OomEvent& event, const SystemTotalLine& fact);

// `line` is where the fact stands; it goes into EvidenceLines or the zone.
void add(OomEvent& event, const SystemCounters& fact, std::uint64_t line);
void add(OomEvent& event, const NodeCounters& fact);
void add(OomEvent& event, const ZoneCounters& fact, std::uint64_t line);
void add(OomEvent& event, const LowmemReserve& fact);  // of the zone printed last
// `page_bytes`: the size of the first bucket, which is one page; set where the list tells it and nothing did before.
void add(OomEvent& event, const BuddyList& fact, std::optional<std::uint64_t>& page_bytes);
void add(OomEvent& event, const Hugepages& fact);
void add(OomEvent& event, const SystemTotalLine& fact);

}  // namespace oomwhy
