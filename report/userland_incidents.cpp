#include "report/userland_incidents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <variant>

#include "report/cgroup_path.hpp"
#include "report/event_id.hpp"
#include "report/moment.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kSameIncident = 600 * kSecond;  // contract: ten minutes
constexpr std::int64_t kAftermath =
    std::int64_t{24} * 3600 * kSecond;            // a unit that comes back later than this has another story
constexpr std::int64_t kEcho = 60 * kSecond;      // an application's word of a dead child
constexpr std::size_t kWordsOfOneIncident = 512;  // bounded: a crash loop says the same again and again

const UnitMessage* unit_message(const UserlandEvent& event) { return std::get_if<UnitMessage>(&event.fact); }

bool same_machine(const Incident& incident, const UserlandEvent& event) {
  if (!incident.boot_id.empty() && !event.boot_id.empty()) return incident.boot_id == event.boot_id;
  return incident.host.empty() || event.host.empty() || incident.host == event.host;
}

// How far the event lies outside the incident; 0: within it. Absent: it cannot be told.
std::optional<std::int64_t> distance(const Incident& incident, const UserlandEvent& event) {
  if (!incident.started) return std::nullopt;
  const auto since_start = microseconds_between(*incident.started, event.time);
  if (!since_start) return std::nullopt;
  if (*since_start < 0) return -*since_start;
  const auto since_end = microseconds_between(incident.ended.value_or(*incident.started), event.time);
  return since_end ? std::max<std::int64_t>(*since_end, 0) : since_start;
}

Incident* nearest(std::vector<Incident>& incidents, const UserlandEvent& event, std::int64_t limit) {
  Incident* best = nullptr;
  std::int64_t best_distance = limit + 1;
  for (Incident& incident : incidents) {
    if (!same_machine(incident, event)) continue;
    const auto away = distance(incident, event);
    if (!away || *away >= best_distance) continue;
    best = &incident;
    best_distance = *away;
  }
  return best;
}

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

// --- what joins ---

void note_killer(Incident& incident, std::string_view killer) {
  if (std::find(incident.killers.begin(), incident.killers.end(), killer) == incident.killers.end()) {
    incident.killers.emplace_back(killer);
  }
}

bool same_victim(const IncidentVictim& known, const UserspaceKill& kill) {
  if (kill.pid && known.victim.pid != 0) return known.victim.pid == *kill.pid;
  return kill.cgroup && known.victim.cgroup == kill.cgroup;
}

void note_victim(Incident& incident, const UserspaceKill& kill) {
  for (const IncidentVictim& known : incident.victims) {
    if (same_victim(known, kill)) return;
  }
  IncidentVictim victim;
  victim.victim.pid = kill.pid.value_or(0);
  victim.victim.comm = kill.comm.value_or("");
  victim.victim.uid = kill.uid;
  victim.victim.cgroup = kill.cgroup;
  if (kill.cgroup) {
    victim.unit = identify_cgroup(*kill.cgroup).unit;
    if (victim.unit) victim.unit_certainty = Certainty::Stated;
  }
  incident.victims.push_back(std::move(victim));
}

void note_primary(Incident& incident, const UserlandEvent& event) {
  if (const auto* kill = std::get_if<UserspaceKill>(&event.fact)) {
    note_killer(incident, kill->killer);
    note_victim(incident, *kill);
  } else if (const auto* message = unit_message(event)) {
    if (message->word == UnitWord::OomdKilled) note_killer(incident, "systemd-oomd");
    if (message->word == UnitWord::OomKilled) note_killer(incident, "kernel");
  }
  if (event.time.realtime_us && incident.ended && incident.ended->realtime_us < event.time.realtime_us)
    incident.ended = event.time;
}

std::set<std::string> units_of(const Incident& incident) {
  std::set<std::string> units;
  for (const IncidentVictim& victim : incident.victims) {
    if (victim.unit) units.insert(*victim.unit);
  }
  for (const UserlandEvent& event : incident.userland) {
    if (const auto* message = unit_message(event)) units.insert(message->unit);
  }
  return units;
}

bool names_victim(const Incident& incident, std::optional<std::uint32_t> pid) {
  if (!pid) return false;
  return std::any_of(incident.victims.begin(), incident.victims.end(),
                     [&](const IncidentVictim& victim) { return victim.victim.pid == *pid; });
}

// Whether a word that tells of no kill belongs to an incident that is `away` microseconds from it.
struct Relevance {
  const Incident& incident;
  const std::set<std::string>& units;
  std::int64_t away;
  bool before;

  bool operator()(const UnitMessage& message) const {
    if (units.count(message.unit) == 0) return false;
    // Earlier invocations' peaks are the unit's usual size, however old.
    if (before) return message.word == UnitWord::Consumed || away <= kSameIncident;
    return away <= kAftermath;
  }
  bool operator()(const UserspaceKill&) const { return false; }
  bool operator()(const UserspaceKillDone& done) const {
    return !before && away <= kEcho && (!done.pid || names_victim(incident, done.pid));
  }
  bool operator()(const MemoryTrend&) const { return before && away <= kSameIncident; }
  bool operator()(const RuntimeEcho& echo) const {
    return away <= kEcho && (!echo.pid || names_victim(incident, echo.pid));
  }
  bool operator()(const ApplicationEcho& echo) const { return away <= kEcho && names_victim(incident, echo.pid); }
  bool operator()(const RunningQuery&) const { return away <= kEcho; }
  bool operator()(const AllocationRefused&) const { return away <= kEcho; }
};

void join_related(Incident& incident, const std::vector<UserlandEvent>& events) {
  const auto units = units_of(incident);
  for (const UserlandEvent& event : events) {
    if (incident.userland.size() >= kWordsOfOneIncident || tells_of_kill(event.fact) || !same_machine(incident, event))
      continue;
    const auto away = distance(incident, event);
    if (!away) continue;
    const auto since_start = microseconds_between(*incident.started, event.time);
    const Relevance relevant{incident, units, *away, since_start.value_or(0) < 0};
    if (std::visit(relevant, event.fact)) incident.userland.push_back(event);
  }
}

bool in_timeline(const Incident& incident, const UserlandEvent& event) {
  const auto away = distance(incident, event);
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

void join_userland(std::vector<Incident>& incidents, const std::vector<UserlandEvent>& events) {
  for (const UserlandEvent& event : events) {
    if (!tells_of_kill(event.fact)) continue;
    Incident* incident = nearest(incidents, event, kSameIncident);
    if (incident == nullptr) incident = &incidents.emplace_back(incident_of(event));
    note_primary(*incident, event);
    if (incident->userland.size() < kWordsOfOneIncident) incident->userland.push_back(event);
  }
  for (Incident& incident : incidents) {
    if (!incident.started) continue;
    join_related(incident, events);
    write_timeline(incident);
  }
  std::stable_sort(incidents.begin(), incidents.end(), [](const Incident& a, const Incident& b) {
    return place_of(a.started.value_or(Time{})) < place_of(b.started.value_or(Time{}));
  });
}

History with_earlier_peaks(const History& history, const Incident& incident, const std::vector<UserlandEvent>& events) {
  History known = history;
  if (!incident.started) return known;
  for (const UserlandEvent& event : events) {
    const auto* message = unit_message(event);
    if (message == nullptr || message->word != UnitWord::Consumed || !message->memory_peak) continue;
    if (!same_machine(incident, event)) continue;
    // The invocation that died is accounted for at the same time as the kill, which a journal may stamp late.
    const auto until = microseconds_between(event.time, *incident.started);
    if (until && *until > kEcho) known.peaks[message->unit].push_back(*message->memory_peak);
  }
  return known;
}

namespace {

bool died_by_sigkill(const UnitMessage& message) {
  return message.word == UnitWord::ProcessExited && message.exit_code == "killed" &&
         message.exit_status.value_or("").starts_with("9/");
}

bool explained(const std::vector<Incident>& incidents, const UserlandEvent& event, const UnitMessage& message) {
  for (const Incident& incident : incidents) {
    if (!same_machine(incident, event) || units_of(incident).count(message.unit) == 0) continue;
    if (const auto away = distance(incident, event); away && *away <= kSameIncident) return true;
  }
  return false;
}

std::string sender_in(const UnitMessage& message) {
  if (message.word == UnitWord::StopTimeout) return "stop timeout";
  if (message.word == UnitWord::WatchdogTimeout) return "watchdog";
  if (message.word == UnitWord::SignalOnRequest) return "client request";
  if (message.word == UnitWord::KillingProcess) return "systemd";
  return {};
}

// The service manager's word of the signal, on the same unit in the seconds before the death.
const UserlandEvent* find_sender(const std::vector<UserlandEvent>& events, std::size_t death, const std::string& unit) {
  const UserlandEvent* found = nullptr;
  for (std::size_t i = death; i-- > 0;) {
    const auto away = microseconds_between(events[i].time, events[death].time);
    if (away && *away > kEcho) break;
    const auto* message = unit_message(events[i]);
    if (message == nullptr || message->unit != unit || sender_in(*message).empty()) continue;
    found = &events[i];
    // "Killing process" is how systemd does it; the line before says why.
    if (message->word != UnitWord::KillingProcess) break;
  }
  return found;
}

}  // namespace

std::vector<OtherKill> find_other_kills(const std::vector<Incident>& incidents,
                                        const std::vector<UserlandEvent>& events) {
  std::vector<OtherKill> kills;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* message = unit_message(events[i]);
    if (message == nullptr || !died_by_sigkill(*message) || explained(incidents, events[i], *message)) continue;
    const UserlandEvent* sender = find_sender(events, i, message->unit);
    const UserlandEvent& proof = sender == nullptr ? events[i] : *sender;
    kills.push_back({message->unit, events[i].time, events[i].host,
                     sender == nullptr ? std::string() : sender_in(*unit_message(*sender)), proof.text, proof.origin});
  }
  return kills;
}

}  // namespace oomwhy
