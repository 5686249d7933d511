// Tasks summed by unit or container where known, else by name and uid. Shared memory is counted once where the log
// allows it, else the sum is marked as an upper bound.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/event.hpp"

namespace oomwhy {

enum class GroupBy { Unit, Container, Name };

struct Group {
  GroupBy by = GroupBy::Name;
  std::string name;  // comm, unit or container id
  std::string comm;  // of the largest member
  // Of GroupBy::Unit how it is known. Of GroupBy::Name with some members of known unit, all the same: Assumed for the
  // rest.
  std::optional<std::string> unit;
  std::optional<Certainty> unit_certainty;
  std::optional<std::int64_t> uid;  // of GroupBy::Name
  std::vector<std::size_t> tasks;   // indices into OomEvent::tasks
  Bytes rss, anon, swap, largest;   // anon: rss_anon where printed, else rss (then upper_bound says the truth)
  bool anon_known = false;          // rss_anon was printed for every member
  bool upper_bound = false;         // shared pages may be counted more than once
  std::size_t count() const { return tasks.size(); }
};

// Largest first, by anon + swap where known, else rss + swap.
std::vector<Group> group_tasks(const OomEvent& event);

// Two rows of one name and uid with near-equal sizes whose anonymous memory together exceeds what the LRU lists hold:
// a fork and its copy-on-write parent (kernel-formats; rule C5).
bool is_fork_pair(const OomEvent& event, const Group& group);
// Ten and more rows of one name, together at least 30 % of the memory, none of 5 % (rule C3).
bool is_swarm(const OomEvent& event, const Group& group, Bytes total);

}  // namespace oomwhy
