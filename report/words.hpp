// Facts and judgements in words, the same on the screen and in a ticket. Names in them are raw bytes: whoever prints a
// text escapes it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// The first digits of an id: enough to find it again.
std::string short_id(std::string_view id);

// The event that a screen shows: the one that the cause was read from. Null: the incident has no kernel report.
const AnalysedEvent* lead_event(const Incident& incident);

// What happened, in two words: "OOM kill", "OOM panic".
std::string_view title(const Incident& incident);

// "host", "cgroup /a.slice (limit 500 MiB)", "cpuset /set, NUMA node 1".
std::string scope_words(const Incident& incident);

// "complete", or what is missing: "no task table; 3 of its rows unreadable".
std::string completeness_words(const OomEvent& event);

std::string_view words(ReportPart part);
std::string_view words(CauseKind kind);
std::string_view words(LedgerItem item);
std::string_view words(BlindSpotKind kind);
std::string_view words(VictimRole role);
// How one who was not chosen came to die: "killed with its group", "was already exiting"; empty of the chosen one.
std::string_view fate_words(const Victim& victim);
// Of a refused allocation what the log's words prove, and what they do not.
std::string words(const AllocationRefused& what);
std::string_view words(Deviation deviation);
std::string_view words(WhyNotEligible why_not);

// What is not known because only the end of a log was read; `first`: when that begins. Empty: all of it was read.
std::string unread_words(const InputSummary& input, const std::string& first);

// "41 x php, largest 172 MiB"; empty where the cause is no process.
std::string members_words(const Cause& cause);
// The unit, else the name, else the kind of memory.
std::string cause_name(const Cause& cause);

// "6.1 GiB + 312 MiB swap": a victim's resident and swapped memory; empty where the log gives neither.
std::string victim_size(const Victim& victim, const Task* row, PageSize page);
// Anonymous, file and shared memory of a kill line together, or their sum where that is what was printed; absent where
// nothing was.
std::optional<Bytes> resident(const Victim& victim);

// The row of a process in the event's table; null: it has none.
const Task* find_row(const OomEvent& event, std::uint32_t pid);
// Null: it was no victim.
const Victim* find_victim(const OomEvent& event, std::uint32_t pid);
bool holds_victim(const Group& group, const OomEvent& event);

// Indices of the `count` tasks with the largest RSS and of the `count` with the highest score, once each, by RSS.
std::vector<std::size_t> notable_tasks(const AnalysedEvent& event, std::size_t count);

// Why a group's RSS can be larger than all that it is a part of; empty where no share is above 100%.
std::string_view more_than_all_words(const AnalysedEvent& event, double largest_share);

// Whom an advice is for: its target, else "the unit of php", which the log does not name.
std::string advice_target(const Incident& incident, const Advice& advice);

// "held back: ", "not advised: "; empty for what is proposed.
std::string_view standing_words(const Advice& advice);

// Who dies under an advice: "in place of mariadbd[812] the kernel kills php[20411], which frees 172 MiB".
std::string replay_words(const Replay& replay);

// "MemoryMax=3G", or the command or question of another action.
std::string advice_words(const Advice& advice);

// "runs since 03:14, 12 processes, 4.2 GiB of 6.0 GiB"; `since` as the renderer spells it, empty where it is not known.
std::string now_words(const UnitNow& now, const std::string& since);

}  // namespace oomwhy
