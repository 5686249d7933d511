#include "report/folding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "report/append.hpp"
#include "report/cause.hpp"
#include "report/incident.hpp"
#include "report/retention.hpp"
#include "report/rules_incident.hpp"
#include "report/scene.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kRemembered = std::size_t{1} << 20U;  // ids, PIDs
constexpr std::size_t kKinds = 4096;                        // of victims, causes, hits: names are chosen by anybody

void add(VictimCounts& sum, const VictimCounts& more) {
  sum.all += more.all;
  sum.exiting += more.exiting;
  sum.killed += more.killed;
  sum.chosen_kills += more.chosen_kills;
  sum.guilty += more.guilty;
  sum.innocent += more.innocent;
  sum.unjudged += more.unjudged;
}

template <typename T>
void keep_latest(std::vector<T>& values) {
  if (values.size() <= 2 * kRemembered) return;
  values.erase(values.begin(), values.end() - static_cast<std::ptrdiff_t>(kRemembered));
}

// Once there are twice as many as there is room for, half of them go: those that count least.
template <typename Map, typename Count, typename Drop>
void keep_most(Map& map, Count count, Drop drop) {
  if (map.size() <= 2 * kKinds) return;
  std::vector<typename Map::iterator> entries;
  entries.reserve(map.size());
  for (auto entry = map.begin(); entry != map.end(); ++entry) entries.push_back(entry);
  std::stable_sort(entries.begin(), entries.end(), [&](auto a, auto b) { return count(a->second) > count(b->second); });
  for (auto entry = entries.begin() + kKinds; entry != entries.end(); ++entry) {
    drop((*entry)->second);
    map.erase(*entry);
  }
}

void keep_within_room(FoldedReports& folded) {
  keep_latest(folded.ids);
  keep_latest(folded.pids);
  keep_most(
      folded.victims, [](const VictimCounts& counts) { return counts.all; },
      [&](const VictimCounts& counts) { add(folded.other_victims, counts); });
  keep_most(
      folded.causes, [](std::size_t reports) { return reports; }, [](std::size_t) {});
  keep_most(
      folded.hits, [](const RepeatedHits& hits) { return hits.restarts; }, [](const RepeatedHits&) {});
}

std::uint64_t number_of(const std::string& id) {
  std::uint64_t number = 0;
  std::from_chars(id.data(), id.data() + id.size(), number, 16);
  return number;
}

VictimCounts counts_of(const OomEvent& event, const Victim& victim, bool chosen, const EventVerdict& verdict) {
  const bool killed = says_killed(event);
  const std::optional<bool>& guilty = verdict.victim_is_cause;
  return {.all = 1,
          .exiting = victim.already_exiting ? 1U : 0U,
          .killed = killed && !victim.already_exiting ? 1U : 0U,
          .chosen_kills = chosen && killed ? 1U : 0U,
          .guilty = chosen && guilty == std::optional(true) ? 1U : 0U,
          .innocent = chosen && guilty == std::optional(false) ? 1U : 0U,
          .unjudged = chosen && !guilty ? 1U : 0U};
}

void add_victims(FoldedReports& folded, const OomEvent& event, const EventFindings& findings) {
  bool chosen = true;
  for (const IncidentVictim& entry : findings.victims) {
    const Victim& victim = entry.victim;
    add(folded.victims[{victim.comm, victim.uid, victim.cgroup, entry.unit}],
        counts_of(event, victim, chosen, findings.verdict));
    folded.pids.push_back(victim.pid);
    chosen = false;
  }
}

// A single report.
FoldedReports folded_one(AnalysedEvent analysed, const EventFindings& findings) {
  const OomEvent& event = analysed.event;
  const Cause& cause = findings.verdict.cause;
  FoldedReports folded;
  folded.reports = 1;
  folded.scope = scope_of(event);
  folded.any_incomplete = is_incomplete(event);
  folded.lacks_records = lacks_records(event);
  folded.ids = {number_of(analysed.analysis.id)};
  add_victims(folded, event, findings);
  folded.causes[{cause.kind, cause.name, cause.unit}] = 1;
  if (const std::optional<std::string> what = hit_of(event)) {
    RepeatedHits& hit = folded.hits[*what] = hit_by(event, analysed.restarted.value_or(false));
    hit.last_pids = findings.pids;
  }
  folded.freed = freed_by(event);
  leave_out(analysed);
  folded.last = std::move(analysed.event);
  return folded;
}

// Adds what came behind it.
void add(FoldedReports& folded, FoldedReports next) {
  folded.reports += next.reports;
  folded.last = std::move(next.last);
  folded.scope = wider(folded.scope, next.scope);
  folded.any_incomplete = folded.any_incomplete || next.any_incomplete;
  folded.lacks_records = folded.lacks_records || next.lacks_records;
  append(folded.ids, std::move(next.ids));
  append(folded.pids, std::move(next.pids));
  for (const auto& [kind, counts] : next.victims) add(folded.victims[kind], counts);
  add(folded.other_victims, next.other_victims);
  for (const auto& [names, reports] : next.causes) folded.causes[names] += reports;
  for (const auto& [what, hits] : next.hits) {
    const auto [hit, fresh] = folded.hits.try_emplace(what, hits);
    if (!fresh) add(hit->second, hits);
  }
  add(folded.freed, next.freed);
  if (!folded.killed_twice) folded.killed_twice = std::move(next.killed_twice);
}

// Which of `count` events are counted only.
std::vector<bool> folded_ones(std::size_t count, const std::vector<std::size_t>& stays, std::size_t at_ends) {
  std::vector<bool> goes(count, false);
  for (std::size_t i = at_ends; i + at_ends < count; ++i) goes[i] = true;
  for (const std::size_t i : stays) goes[i] = false;
  return goes;
}

}  // namespace

void add(RepeatedHits& hits, const RepeatedHits& next) {
  hits.restarts += next.restarts;
  hits.last = next.last;
  hits.last_kill = next.last_kill;
  hits.last_pids = next.last_pids;
}

void add(FreedMemory& freed, const FreedMemory& next) {
  if (next.kills == 0) return;
  freed.sum += next.sum;
  freed.kills += next.kills;
  freed.last_kill = next.last_kill;
}

void fold(Incident& incident, const std::vector<std::shared_ptr<const EventFindings>>& findings,
          const std::vector<std::size_t>& stays, std::size_t at_ends) {
  if (incident.events.size() <= 2 * at_ends) return;
  const std::vector<bool> goes = folded_ones(incident.events.size(), stays, at_ends);
  const std::optional<Evidence> killed_twice = k3_killed_twice(incident);
  std::vector<AnalysedEvent> kept;
  std::shared_ptr<FoldedReports> folded;  // behind the last of `kept`
  for (std::size_t i = 0; i < goes.size(); ++i) {
    AnalysedEvent& event = incident.events[i];
    if (!goes[i]) {
      folded.reset();
      kept.push_back(std::move(event));
      continue;
    }
    if (!folded) {
      const auto& before = kept.back().folded;
      folded = before ? std::make_shared<FoldedReports>(*before) : std::make_shared<FoldedReports>();
      folded->killed_twice = killed_twice;
      kept.back().folded = folded;
    }
    const std::shared_ptr<const FoldedReports> next = std::move(event.folded);
    add(*folded, folded_one(std::move(event), *findings[i]));
    if (next) add(*folded, *next);
    keep_within_room(*folded);
  }
  incident.events = std::move(kept);
  fill_in(incident);
}

VictimCounts all_victims(const FoldedReports& folded) {
  VictimCounts sum = folded.other_victims;
  for (const auto& [kind, counts] : folded.victims) add(sum, counts);
  return sum;
}

std::size_t report_number(const Incident& incident, std::size_t index) {
  std::size_t number = 1;
  for (std::size_t i = 0; i < index; ++i) {
    const auto& folded = incident.events[i].folded;
    number += 1 + (folded ? folded->reports : 0);
  }
  return number;
}

std::string id_in_words(std::uint64_t id) { return fmt::format("{:016x}", id); }

bool answers_to(const Incident& incident, std::string_view digits) {
  const auto& ids = incident.event_ids;
  bool answers = incident.id.starts_with(digits) ||
                 std::any_of(ids.begin(), ids.end(), [&](const auto& id) { return id.starts_with(digits); });
  for_each_folded(incident, [&](const FoldedReports& folded) {
    answers = answers || std::any_of(folded.ids.begin(), folded.ids.end(),
                                     [&](std::uint64_t id) { return id_in_words(id).starts_with(digits); });
  });
  return answers;
}

}  // namespace oomwhy
