#include "report/incident.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "report/append.hpp"
#include "report/cause.hpp"
#include "report/cgroup_path.hpp"
#include "report/folding.hpp"
#include "report/moment.hpp"
#include "report/scene.hpp"

namespace oomwhy {
namespace {

constexpr double kTogether = 600.0;     // seconds between events of one incident
constexpr double kSlowLoop = 1800.0;    // seconds between the kills of a loop
constexpr std::size_t kLoop = 3;        // kills
constexpr std::size_t kOpenBoots = 64;  // of one host whose latest incident may go on, by clocks that were set back

// --- order --------------------------------------------------------------------------------------------------------

std::optional<std::int64_t> clock_of(const OomEvent& event) {
  return event.time.realtime_us ? event.time.realtime_us : event.time.wall_us;
}

// Events that know the time come first, in its order; the others by where they stand. Nothing depends on the order in
// which the inputs were named.
bool is_earlier(const OomEvent& a, const OomEvent& b) {
  const auto key = [](const OomEvent& event) {
    const std::optional<std::int64_t> clock = clock_of(event);
    return std::tuple(!clock.has_value(), clock.value_or(0));
  };
  const auto place = [](const OomEvent& event) {
    return std::tie(event.host, event.boot_id, event.origin.source, event.boot_index);
  };
  const auto line = [](const OomEvent& event) {
    return std::tuple(event.time.uptime_us.value_or(0), event.origin.line);
  };
  if (key(a) != key(b)) {
    return key(a) < key(b);
  }
  return place(a) != place(b) ? place(a) < place(b) : line(a) < line(b);
}

bool comes_before(const AnalysedEvent& a, const AnalysedEvent& b) { return is_earlier(a.event, b.event); }

// --- one event from several sources -------------------------------------------------------------------------------

// Known and different is a proof; not known is none.
bool may_be_equal(const std::string& a, const std::string& b) { return a.empty() || b.empty() || a == b; }

bool is_copy(const OomEvent& a, const OomEvent& b) {
  if (!may_be_equal(a.boot_id, b.boot_id)) {
    return false;
  }
  if (a.origin.source == b.origin.source && a.boot_index != b.boot_index) {
    return false;
  }
  const std::optional<double> apart = seconds_within_boot(a.time, b.time);
  return !apart || std::abs(*apart) <= kTogether;
}

// What the source says a process wrote is kept only where there is nothing else; then the more complete copy; among
// equals the one that the kernel vouches for, then the one that knows the time.
bool is_better(const OomEvent& a, const OomEvent& b) {
  const auto key = [](const OomEvent& event) {
    return std::tuple(event.trust == Trust::Userspace, event.completeness.grade, event.completeness.lost_rows,
                      event.trust, !event.time.realtime_us.has_value());
  };
  return key(a) < key(b);
}

void learn(OomEvent& kept, const OomEvent& copy) {
  if (!kept.time.realtime_us && copy.time.realtime_us) {
    kept.time.realtime_us = copy.time.realtime_us;
  }
  if (!kept.time.uptime_us) {
    kept.time.uptime_us = copy.time.uptime_us;
  }
  if (kept.host.empty()) {
    kept.host = copy.host;
  }
  if (kept.boot_id.empty()) {
    kept.boot_id = copy.boot_id;
  }
}

// Whether `event` stands between an event and the last of those after it that are only counted.
bool is_within(const OomEvent& event, const AnalysedEvent& before) {
  const std::optional<double> since = seconds_within_boot(before.event.time, event.time);
  const std::optional<double> until = seconds_within_boot(event.time, before.folded->last.time);
  return since && until && *since >= -kTogether && *until >= -kTogether;
}

// Of reports that are only counted no more than the ids are known: what another source says of them again is a copy.
void drop_copies_of_folded(std::vector<AnalysedEvent>& events) {
  std::multimap<std::string, std::size_t> by_id;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!events[i].folded) by_id.emplace(events[i].analysis.id, i);
  }
  std::set<std::size_t> copies;
  for (const AnalysedEvent& before : events) {
    if (!before.folded) continue;
    for (const std::uint64_t id : before.folded->ids) {
      const auto [first, last] = by_id.equal_range(id_in_words(id));
      for (auto entry = first; entry != last; ++entry) {
        const OomEvent& event = events[entry->second].event;
        const bool other_source = event.origin.source != before.folded->last.origin.source;
        if (other_source && may_be_equal(event.boot_id, before.event.boot_id) && is_within(event, before)) {
          copies.insert(entry->second);
        }
      }
    }
  }
  std::size_t index = 0;
  std::erase_if(events, [&](const AnalysedEvent&) { return copies.contains(index++); });
}

// In place: a storm's reports stand in memory once.
void take_copies_once(std::vector<AnalysedEvent>& events) {
  std::size_t taken = 0;
  std::multimap<std::string, std::size_t> by_id;
  for (std::size_t i = 0; i < events.size(); ++i) {
    AnalysedEvent& event = events[i];
    const auto [first, last] = by_id.equal_range(event.analysis.id);
    const auto copy =
        std::find_if(first, last, [&](const auto& entry) { return is_copy(events[entry.second].event, event.event); });
    if (copy == last) {
      by_id.emplace(event.analysis.id, taken);
      if (taken != i) {
        events[taken] = std::move(event);
      }
      ++taken;
      continue;
    }
    AnalysedEvent& kept = events[copy->second];
    if (is_better(event.event, kept.event)) {
      std::swap(kept, event);
      std::swap(kept.folded, event.folded);
    }
    learn(kept.event, event.event);
  }
  events.erase(events.begin() + static_cast<std::ptrdiff_t>(taken), events.end());
}

void sort_by_time(std::vector<AnalysedEvent>& events) {
  // A log is in order but for a clock that was set.
  if (!std::is_sorted(events.begin(), events.end(), comes_before)) {
    std::stable_sort(events.begin(), events.end(), comes_before);
  }
}

// --- clusters -----------------------------------------------------------------------------------------------------

// The events of one incident.
struct Cluster {
  std::vector<std::size_t> indices;
  std::size_t reports = 0;         // with those that are only counted
  const OomEvent* last = nullptr;  // the latest
};

bool is_same_boot(const OomEvent& a, const OomEvent& b) {
  if (a.origin.source == b.origin.source && a.boot_index != b.boot_index) {
    return false;
  }
  return a.host == b.host && may_be_equal(a.boot_id, b.boot_id);
}

bool hits_the_same(const OomEvent& a, const OomEvent& b) {
  const Victim* first = chosen_victim(a);
  const Victim* second = chosen_victim(b);
  return first != nullptr && second != nullptr && first->comm == second->comm && first->cgroup == second->cgroup;
}

// Stamps of one boot's own clock say more than wall clocks; without either, events that follow each other in one
// source.
bool belongs(const OomEvent& event, const OomEvent& last, std::size_t events_before) {
  if (!is_same_boot(last, event)) {
    return false;
  }
  const bool same_source = last.origin.source == event.origin.source;
  const bool common_clock = clock_of(last) && clock_of(event);
  if (!same_source && !common_clock && (last.boot_id.empty() || event.boot_id.empty())) {
    return false;
  }
  const std::optional<double> apart = seconds_within_boot(last.time, event.time);
  if (!apart) {
    return same_source;
  }
  const bool looping = events_before >= kLoop && hits_the_same(last, event);
  return std::abs(*apart) <= (looping ? kSlowLoop : kTogether);
}

// Whether `event` came while reports of the cluster came that are only counted.
bool is_inside(const std::vector<AnalysedEvent>& events, const Cluster& cluster, const OomEvent& event) {
  const AnalysedEvent& before = events[cluster.indices.back()];
  return before.folded && is_same_boot(before.event, event) && is_within(event, before);
}

void add(Cluster& cluster, const std::vector<AnalysedEvent>& events, std::size_t index) {
  const AnalysedEvent& event = events[index];
  const OomEvent& end = event.folded ? event.folded->last : event.event;
  cluster.indices.push_back(index);
  cluster.reports += 1 + (event.folded ? event.folded->reports : 0);
  // An event that came while others were only counted does not end them.
  if (cluster.last == nullptr || !is_earlier(end, *cluster.last)) cluster.last = &end;
}

std::vector<Cluster> gather(const std::vector<AnalysedEvent>& events) {
  std::vector<Cluster> clusters;
  std::map<std::string, std::vector<std::size_t>> open;  // by host: the latest clusters, one for each boot at most
  const auto last_of = [&](std::size_t cluster) -> const OomEvent& { return *clusters[cluster].last; };
  for (std::size_t i = 0; i < events.size(); ++i) {
    const OomEvent& event = events[i].event;
    std::vector<std::size_t>& candidates = open[event.host];
    const auto found = std::find_if(candidates.rbegin(), candidates.rend(), [&](std::size_t index) {
      return belongs(event, last_of(index), clusters[index].reports) || is_inside(events, clusters[index], event);
    });
    if (found != candidates.rend()) {
      add(clusters[*found], events, i);
      continue;
    }
    candidates.erase(std::remove_if(candidates.begin(), candidates.end(),
                                    [&](std::size_t index) { return is_same_boot(last_of(index), event); }),
                     candidates.end());
    if (candidates.size() == kOpenBoots) {
      candidates.erase(candidates.begin());
    }
    candidates.push_back(clusters.size());
    add(clusters.emplace_back(), events, i);
  }
  return clusters;
}

// --- what an incident says of its events --------------------------------------------------------------------------

std::optional<std::string> cgroup_of(const OomEvent& event, const Victim& victim, bool chosen) {
  if (victim.cgroup || !chosen || !event.memcg) {
    return victim.cgroup;
  }
  return event.memcg->victim;
}

std::vector<IncidentVictim> read_victims(const OomEvent& event) {
  std::vector<IncidentVictim> victims;
  bool chosen = true;
  for (const Victim& victim : event.victims) {
    IncidentVictim entry{
        .victim = victim, .unit = std::nullopt, .unit_certainty = std::nullopt, .is_cause = std::nullopt};
    entry.victim.cgroup = cgroup_of(event, victim, chosen);
    if (entry.victim.cgroup) {
      entry.unit = identify_cgroup(*entry.victim.cgroup).unit;
    }
    if (entry.unit) {
      entry.unit_certainty = Certainty::Stated;
    } else if (const Task* task = find_task(event, victim.pid); task != nullptr && task->unit) {
      entry.unit = task->unit;
      entry.unit_certainty = task->unit_certainty;
    }
    victims.push_back(std::move(entry));
    chosen = false;
  }
  return victims;
}

void count_folded(Incident& incident, const FoldedReports& folded) {
  incident.scope = wider(incident.scope, folded.scope);
  incident.events_total += folded.reports;
  incident.victims_total += all_victims(folded).all;
}

}  // namespace

std::vector<IncidentVictim> victims_of(const AnalysedEvent& analysed) {
  return analysed.findings ? analysed.findings->victims : read_victims(analysed.event);
}

void fill_in(Incident& incident) {
  const OomEvent& first = incident.events.front().event;
  const AnalysedEvent& end = incident.events.back();
  const OomEvent& last = end.folded ? end.folded->last : end.event;
  incident.id = incident.events.front().analysis.id;
  incident.started = first.time;
  incident.ended = last.ended ? last.ended : std::optional<Time>(last.time);
  incident.host = first.host;
  incident.scope = Scope::Unknown;
  incident.killers = {"kernel"};
  incident.events_total = incident.events.size();
  incident.event_ids.clear();
  incident.victims.clear();
  for (const AnalysedEvent& event : incident.events) {
    incident.scope = wider(incident.scope, scope_of(event.event));
    incident.event_ids.push_back(event.analysis.id);
    incident.boot_id = incident.boot_id.empty() ? event.event.boot_id : incident.boot_id;
    append(incident.victims, victims_of(event));
  }
  incident.victims_total = incident.victims.size();
  for_each_folded(incident, [&](const FoldedReports& folded) { count_folded(incident, folded); });
}

std::vector<Incident> cluster(std::vector<AnalysedEvent> events) {
  sort_by_time(events);
  take_copies_once(events);
  drop_copies_of_folded(events);
  sort_by_time(events);
  std::vector<Incident> incidents;
  for (const Cluster& cluster : gather(events)) {
    Incident& incident = incidents.emplace_back();
    incident.events.reserve(cluster.indices.size());
    for (const std::size_t index : cluster.indices) {
      incident.events.push_back(std::move(events[index]));
    }
    fill_in(incident);
  }
  return incidents;
}

}  // namespace oomwhy
