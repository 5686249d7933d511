// One event as the rules of the decision table see it: what was printed, what was already concluded, and the few sums
// that several rules need (how much memory there was, who held how much of it).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

// The tasks of one name and uid, as a possible cause.
struct Suspect {
  Group group;       // by name and uid
  std::string comm;  // of its tasks
  Bytes size;        // RAM and swap it holds, shared pages taken out as far as the report allows; for comparing
  double share = 0;  // size / Scene::charged
  bool all_protected = false;    // every task of any size stands at adj -900 or below
  bool holds_victim = false;     // one of its tasks was killed (chosen, not by a group kill)
  std::uint32_t median_pid = 0;  // the median pid: pids are handed out in order, so a high one is young
};

// `event` and `analysis` must outlive the scene.
struct Scene {
  const OomEvent& event;
  const EventAnalysis& analysis;
  Scope scope = Scope::Unknown;
  std::optional<Bytes> capacity;  // managed RAM, the cgroup's limit (else its usage), or the allowed nodes' memory
  std::optional<Bytes> swap_used;
  std::optional<Bytes> charged;       // capacity + swap in use: what `share` refers to
  std::vector<Suspect> suspects;      // largest first
  std::optional<Bytes> shared_twice;  // by how much the rows' sum exceeds what can be resident: counted twice at least

  bool in_cgroup() const { return scope == Scope::Cgroup; }
  // Line `line` of the event's source; without a line the event itself.
  Origin at(const std::optional<std::uint64_t>& line) const;
  std::optional<Bytes> counter(const std::optional<Pages>& pages) const;
  // Of the cgroup's statistics, in bytes; null or absent where it was not printed.
  const MemcgStatEntry* stat_entry(std::string_view key) const;
  std::optional<Bytes> stat(std::string_view key) const;
  std::optional<double> share_of_capacity(const std::optional<Bytes>& size) const;
};

Scope scope_of(const OomEvent& event);
// The wider of two: a host out of memory is not a cgroup's affair.
Scope wider(Scope a, Scope b);
// Cut, or no more than a kill line.
bool is_incomplete(const OomEvent& event);
// Records are known to be lost at it, or its first lines are, of which a kill alone (the rest was suppressed) would
// have none.
bool lacks_records(const OomEvent& event);
Scene set_scene(const OomEvent& event, const EventAnalysis& analysis);

// The chosen victim, or nothing.
const Victim* chosen_victim(const OomEvent& event);
// A line says that somebody was killed. Else the victim is only named, as the chosen one: the log ends before its
// death.
bool says_killed(const OomEvent& event);
const Task* find_task(const OomEvent& event, std::uint32_t pid);
Bytes resident(const OomEvent& event, const Task& task);
Bytes swapped(const OomEvent& event, const Task& task);

// Absent sizes add nothing.
constexpr Bytes or_zero(const std::optional<Bytes>& size) { return size.value_or(Bytes{}); }
constexpr Bytes less(Bytes a, Bytes b) { return {a.count > b.count ? a.count - b.count : 0}; }
constexpr double ratio(Bytes part, Bytes whole) {
  return whole.count == 0 ? 0.0 : static_cast<double>(part.count) / static_cast<double>(whole.count);
}

}  // namespace oomwhy
