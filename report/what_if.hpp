// The same kill under other settings: who would have died, what it would have freed, who is next; and the smallest
// change that flips the choice, exact to the point.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic.hpp"
#include "report/analysis.hpp"

namespace oomwhy {

// "mariadb.service:OOMScoreAdjust=-500", "812:MemoryMax=2G", "php:OOMScoreAdjust=400"
struct Assumption {
  std::string target;  // unit, comm or PID
  enum class Setting { OomScoreAdjust, MemoryMax, MemorySwapMax } setting = Setting::OomScoreAdjust;
  std::int64_t adj = 0;  // of OomScoreAdjust
  Bytes limit;           // of MemoryMax and MemorySwapMax
};

Result<Assumption> parse_assumption(std::string_view text);

// Tasks that a target names: a PID, a unit (the victim's, the limit's, a journal's word) with or without its suffix, or
// a comm. In table order.
std::vector<std::uint32_t> matching_pids(const OomEvent& event, std::string_view target);

WhatIf replay(const OomEvent& event, const std::vector<Assumption>& assumptions);
// The same for tasks that are known already: all of `pids` at `adj`.
WhatIf replay_adj(const OomEvent& event, const std::vector<std::uint32_t>& pids, int adj);
// The same for tasks that share a limit on RAM.
WhatIf replay_limit(const OomEvent& event, const std::vector<std::uint32_t>& pids, Bytes limit,
                    std::optional<Bytes> swap_limit);

// Whom the kernel would take before the first of `pids`, all of them at `adj`: what sparing them really buys. In table
// order, linear in the rows. Absent: the score cannot be computed.
std::optional<std::vector<std::uint32_t>> taken_before(const OomEvent& event, const std::vector<std::uint32_t>& pids,
                                                       int adj);

// What the death of a process gives back: its anonymous memory, or all of it where the table does not tell them apart.
Bytes freed_by(const OomEvent& event, const Task& task);

// The adj at which the choice flips, by the kernel's integer arithmetic: one point less (or more) does not flip it.
// Spare: lowers `pid` until another one is chosen. Offer: raises `pid` until it is chosen. Absent: no adj in -999…1000
// does it, it is so already, or the score cannot be computed. Of several tasks (a unit's): all get the same adj, and
// any of them counts.
std::optional<int> adj_that_spares(const OomEvent& event, std::uint32_t pid);
std::optional<int> adj_that_offers(const OomEvent& event, std::uint32_t pid);
std::optional<int> adj_that_spares(const OomEvent& event, const std::vector<std::uint32_t>& pids);
std::optional<int> adj_that_offers(const OomEvent& event, const std::vector<std::uint32_t>& pids);

}  // namespace oomwhy
