#include "report/userland_incidents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "report/cgroup_path.hpp"
#include "report/event_id.hpp"
#include "report/folding.hpp"
#include "report/moment.hpp"
#include "report/nearby_incidents.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kEcho = 60 * kSecond;      // an application's word of a dead child
constexpr std::size_t kWordsOfOneIncident = 512;  // bounded: a crash loop says the same again and again
constexpr std::uint64_t kAnything = 0;            // the subject of all incidents

// --- a new incident out of a program's word ---

// Seconds within the quarter of an hour: what a stamp says in every zone and without a year.
std::string zoneless_stamp(const Time& time) {
  constexpr std::int64_t kQuarter = 900;
  const auto us = time.realtime_us ? time.realtime_us : time.wall_us;
  return us ? std::to_string((*us / kSecond % kQuarter + kQuarter) % kQuarter) : std::string();
}

std::string facts_of(const UserlandEvent& event) {
  const std::string stamp = zoneless_stamp(event.time);
  if (const auto* kill = std::get_if<UserspaceKill>(&event.fact)) {
    return fmt::format("{} {} {} {} {} {}", kill->killer, kill->cgroup.value_or(""), kill->pid.value_or(0),
                       kill->comm.value_or(""), kill->rule.value_or(""), stamp);
  }
  const auto* message = unit_message(event);
  return fmt::format("unit {} {}", message == nullptr ? "" : message->unit, stamp);
}

Scope scope_of_word(const UserlandEvent& event) {
  // A userspace killer watches the host or a cgroup's pressure; a unit's result does not say whose memory was short.
  const auto* kill = std::get_if<UserspaceKill>(&event.fact);
  if (kill == nullptr) return Scope::Unknown;
  if (kill->monitored && *kill->monitored != "/") return Scope::Cgroup;
  return kill->killer == "earlyoom" || kill->killer == "nohang" ? Scope::Host : Scope::Unknown;
}

Incident incident_of(const UserlandEvent& event) {
  Incident incident;
  incident.id = digest_id(facts_of(event));
  incident.event_ids = {incident.id};
  incident.started = event.time;
  incident.ended = event.time;
  incident.host = event.host;
  incident.boot_id = event.boot_id;
  incident.scope = scope_of_word(event);
  return incident;
}

// --- words that tell of a kill ---

void note_killer(Incident& incident, std::string_view killer) {
  if (std::find(incident.killers.begin(), incident.killers.end(), killer) == incident.killers.end()) {
    incident.killers.emplace_back(killer);
  }
}

// The victims that an incident has, so that a storm of kills is not searched for each of its words.
class KnownVictims {
 public:
  explicit KnownVictims(const Incident& incident) {
    for (const IncidentVictim& known : incident.victims) note(known.victim);
    for_each_folded(incident, [&](const FoldedReports& folded) {
      pids_.insert(folded.pids.begin(), folded.pids.end());
      for (const auto& [kind, counts] : folded.victims) {
        if (kind.cgroup) cgroups_.insert(*kind.cgroup);
      }
    });
  }

  void note(const Victim& victim) {
    if (victim.pid != 0) pids_.insert(victim.pid);
    if (!victim.cgroup) return;
    cgroups_.insert(*victim.cgroup);
    if (victim.pid == 0) without_pid_.insert(*victim.cgroup);
  }

  // By PID where both have one, else by cgroup.
  bool has(const UserspaceKill& kill) const {
    if (!kill.pid) return kill.cgroup && cgroups_.count(*kill.cgroup) > 0;
    return pids_.count(*kill.pid) > 0 || (kill.cgroup && without_pid_.count(*kill.cgroup) > 0);
  }

 private:
  std::set<std::uint32_t> pids_;
  std::set<std::string> cgroups_, without_pid_;
};

IncidentVictim victim_of(const UserspaceKill& kill) {
  IncidentVictim victim;
  victim.victim.pid = kill.pid.value_or(0);
  victim.victim.comm = kill.comm.value_or("");
  victim.victim.uid = kill.uid;
  victim.victim.rss = kill.rss;
  victim.victim.cgroup = kill.cgroup;
  if (!kill.cgroup) return victim;
  victim.unit = identify_cgroup(*kill.cgroup).unit;
  if (victim.unit) victim.unit_certainty = Certainty::Stated;
  return victim;
}

void note_victim(Incident& incident, KnownVictims& known, const UserspaceKill& kill) {
  if (known.has(kill)) return;
  incident.victims.push_back(victim_of(kill));
  ++incident.victims_total;
  known.note(incident.victims.back().victim);
}

void note_kill(Incident& incident, KnownVictims& known, const UserlandEvent& event) {
  if (const auto* kill = std::get_if<UserspaceKill>(&event.fact)) {
    note_killer(incident, kill->killer);
    note_victim(incident, known, *kill);
  } else if (const auto* message = unit_message(event)) {
    if (message->word == UnitWord::OomdKilled) note_killer(incident, "systemd-oomd");
    if (message->word == UnitWord::OomKilled) note_killer(incident, "kernel");
  }
  if (event.time.realtime_us && incident.ended && incident.ended->realtime_us < event.time.realtime_us)
    incident.ended = event.time;
  // Room is left for what the kills led to; the last one says when it ended.
  if (incident.userland.size() == kWordsOfOneIncident / 2) incident.userland.pop_back();
  incident.userland.push_back(event);
}

// Every kill joins the incident that is nearest to it; one that is near none is an incident of its own.
class KillJoin {
 public:
  explicit KillJoin(std::vector<Incident>& incidents) : incidents_(incidents), nearby_(kSameIncident) {
    for (std::uint32_t index = 0; index < incidents.size(); ++index) file(index);
  }

  void take(const UserlandEvent& event) {
    auto index = nearby_.find(kAnything, incidents_, event);
    if (!index) {
      index = static_cast<std::uint32_t>(incidents_.size());
      incidents_.push_back(incident_of(event));
      known_.emplace_back(incidents_.back());
    }
    note_kill(incidents_[*index], known_[*index], event);
    nearby_.add(kAnything, incidents_[*index], *index);
  }

  std::uint64_t compared() const { return nearby_.compared(); }

 private:
  void file(std::uint32_t index) {
    nearby_.add(kAnything, incidents_[index], index);
    known_.emplace_back(incidents_[index]);
  }

  std::vector<Incident>& incidents_;
  std::vector<KnownVictims> known_;  // of each incident
  NearbyIncidents nearby_;
};

// --- words that tell of none ---

std::set<std::uint32_t> processes_of(const Incident& incident) {
  std::set<std::uint32_t> pids;
  for (const IncidentVictim& victim : incident.victims) pids.insert(victim.victim.pid);
  return pids;
}

// How far around an incident a word of some topic still belongs to it, in microseconds.
struct Reach {
  WordTopic topic;
  std::int64_t before, after;
};

constexpr std::array<Reach, 2> kOfUnits = {{
    {WordTopic::Consumed, kSameIncident, kAftermath},
    {WordTopic::UnitFate, kSameIncident, kAftermath},
}};
// Earlier invocations' peaks are the unit's usual size, however old.
constexpr Reach kEarlierPeaks = {WordTopic::Peak, TimeWindow::kUnlimited, -1};
constexpr std::array<Reach, 2> kOfProcesses = {{
    {WordTopic::ProcessEcho, kEcho, kEcho},
    {WordTopic::ProcessGone, 0, kEcho},
}};
constexpr std::array<Reach, 3> kOfMachine = {{
    {WordTopic::Trend, kSameIncident, -1},
    {WordTopic::Echo, kEcho, kEcho},
    {WordTopic::KillDone, 0, kEcho},
}};

// A unit is the same one in every boot of its host; of a host without a name only the boot is known.
Machine in_any_boot(Machine machine) {
  if (!machine.host.empty()) machine.boot_id = {};
  return machine;
}

// Gathers the words that belong to one incident, no more than it has room for: then the first and the last of them.
class RelatedWords {
 public:
  RelatedWords(const Incident& incident, const UserlandWords& words)
      : incident_(incident), words_(words), room_(kWordsOfOneIncident - incident.userland.size()) {
    const Machine machine = machine_of(incident);
    for (const std::string& unit : units_of(incident)) {
      for (const Reach& reach : kOfUnits) take(reach, words.of_unit(reach.topic, unit, machine, window(reach)));
      take(kEarlierPeaks, words.of_unit(WordTopic::Peak, unit, in_any_boot(machine), window(kEarlierPeaks)));
    }
    for (const std::uint32_t pid : processes_of(incident)) {
      for (const Reach& reach : kOfProcesses) take(reach, words.of_process(reach.topic, pid, machine, window(reach)));
    }
    for (const Reach& reach : kOfMachine) take(reach, words.of_machine(reach.topic, machine, window(reach)));
  }

  // In the order in which they were said, each once.
  std::vector<std::uint32_t> indices() {
    std::sort(indices_.begin(), indices_.end());
    indices_.erase(std::unique(indices_.begin(), indices_.end()), indices_.end());
    if (indices_.size() > room_) {
      const auto first = indices_.begin() + static_cast<std::ptrdiff_t>(room_ - room_ / 2);
      indices_.erase(first, indices_.end() - static_cast<std::ptrdiff_t>(room_ / 2));
    }
    return std::move(indices_);
  }

  std::uint64_t compared() const { return compared_; }

 private:
  TimeWindow window(const Reach& reach) const {
    const Time& end = reach.after < 0 || !incident_.ended ? *incident_.started : *incident_.ended;
    return {*incident_.started, end, reach.before, reach.after};
  }

  bool is_within(const Reach& reach, const UserlandEvent& event) const {
    const auto away = distance(incident_, event.time);
    const auto since_start = microseconds_between(*incident_.started, event.time);
    return away && since_start && *away <= (*since_start < 0 ? reach.before : reach.after);
  }

  // Of more than there is room for the first and the last: how it began, and how it ended.
  void take(const Reach& reach, const std::vector<TimedLists::Stretch>& stretches) {
    for (const auto& [list, begin, end] : stretches) {
      std::size_t front = begin, back = end;
      for (std::size_t taken = 0; front < back && taken < room_ - room_ / 2; ++front) {
        taken += take(reach, (*list)[front].index) ? 1 : 0;
      }
      for (std::size_t taken = 0; front < back && taken < room_ / 2; --back) {
        taken += take(reach, (*list)[back - 1].index) ? 1 : 0;
      }
    }
  }

  bool take(const Reach& reach, std::uint32_t index) {
    ++compared_;
    if (!is_within(reach, words_.events()[index])) return false;
    indices_.push_back(index);
    return true;
  }

  const Incident& incident_;
  const UserlandWords& words_;
  std::size_t room_;
  std::vector<std::uint32_t> indices_;
  std::uint64_t compared_ = 0;
};

// --- the time line ---

bool in_timeline(const Incident& incident, const UserlandEvent& event) {
  const auto away = distance(incident, event.time);
  const auto* message = unit_message(event);
  if (message != nullptr && message->word == UnitWord::Consumed) return away && *away <= kEcho;
  return true;
}

const char* speaker(const UserlandEvent& event) {
  struct Name {
    const char* operator()(const UnitMessage&) const { return "systemd"; }
    const char* operator()(const UserspaceKill& kill) const { return kill.killer.c_str(); }
    const char* operator()(const UserspaceKillDone& done) const { return done.killer.c_str(); }
    const char* operator()(const MemoryTrend&) const { return "earlyoom"; }
    const char* operator()(const RuntimeEcho& echo) const { return echo.runtime.c_str(); }
    const char* operator()(const ApplicationEcho& echo) const { return echo.program.c_str(); }
    const char* operator()(const RunningQuery&) const { return "postgres"; }
    const char* operator()(const AllocationRefused& refused) const { return refused.program.c_str(); }
  };
  return std::visit(Name{}, event.fact);
}

void write_timeline(Incident& incident) {
  const auto earlier = [](const auto& a, const auto& b) { return place_of(a.time) < place_of(b.time); };
  std::stable_sort(incident.userland.begin(), incident.userland.end(), earlier);
  for (const UserlandEvent& event : incident.userland) {
    if (in_timeline(incident, event)) incident.timeline.push_back({event.time, speaker(event), event.text});
  }
  std::stable_sort(incident.timeline.begin(), incident.timeline.end(), earlier);
}

}  // namespace

std::set<std::string> units_of(const Incident& incident) {
  std::set<std::string> units;
  for (const IncidentVictim& victim : incident.victims) {
    if (victim.unit) units.insert(*victim.unit);
  }
  for_each_folded(incident, [&](const FoldedReports& folded) {
    for (const auto& [kind, counts] : folded.victims) {
      if (kind.unit) units.insert(*kind.unit);
    }
  });
  for (const UserlandEvent& event : incident.userland) {
    if (const auto* message = unit_message(event)) units.insert(message->unit);
  }
  return units;
}

JoinWork join_userland(std::vector<Incident>& incidents, const UserlandWords& words) {
  JoinWork work;
  KillJoin kills(incidents);
  for (const std::uint32_t index : words.kills()) kills.take(words.events()[index]);
  work.compared += kills.compared();
  for (Incident& incident : incidents) {
    if (!incident.started) continue;
    RelatedWords related(incident, words);
    work.compared += related.compared();
    for (const std::uint32_t index : related.indices()) incident.userland.push_back(words.events()[index]);
    write_timeline(incident);
  }
  std::stable_sort(incidents.begin(), incidents.end(), [](const Incident& a, const Incident& b) {
    return place_of(a.started.value_or(Time{})) < place_of(b.started.value_or(Time{}));
  });
  return work;
}

namespace {

void name_units(const CgroupIdentity& identity, std::set<std::string>& units) {
  if (identity.unit) units.insert(*identity.unit);
  if (identity.slice) units.insert(*identity.slice);
}

// Whatever a cause or an advice of the incident can be about.
std::set<std::string> named_units(const Incident& incident) {
  std::set<std::string> units;
  for (const AnalysedEvent& analysed : incident.events) {
    for (const Task& task : analysed.event.tasks) {
      if (task.unit) units.insert(*task.unit);
    }
    for (const Victim& victim : analysed.event.victims) {
      if (victim.cgroup) name_units(identify_cgroup(*victim.cgroup), units);
    }
    const auto& memcg = analysed.event.memcg;
    if (memcg && memcg->limiting) name_units(identify_cgroup(*memcg->limiting), units);
    if (memcg && memcg->victim) name_units(identify_cgroup(*memcg->victim), units);
  }
  return units;
}

}  // namespace

History with_earlier_runs(const History& history, const Incident& incident, const UserlandWords& words) {
  History known = history;
  if (!incident.started) return known;
  // The invocation that died is accounted for at the same time as the kill, which a journal may stamp late.
  const TimeWindow earlier{*incident.started, *incident.started, TimeWindow::kUnlimited, -kEcho - 1};
  for (const std::string& unit : named_units(incident)) {
    for (const auto& stretch : words.of_unit(WordTopic::Peak, unit, in_any_boot(machine_of(incident)), earlier)) {
      EarlierRuns& runs = known.runs[unit];
      runs.count += stretch.end - stretch.begin;
      runs.highest = std::max(runs.highest, words.highest(*stretch.list, stretch.end));
    }
  }
  return known;
}

}  // namespace oomwhy
