#include "report/rules_incident.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "report/cause.hpp"
#include "report/cgroup_path.hpp"
#include "report/format.hpp"
#include "report/moment.hpp"
#include "report/rule_id.hpp"
#include "report/scene.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kLoop = 3;    // kills
constexpr double kLeastSpan = 1.0;  // seconds between two reports, to speak of a rate

Origin line_of(const OomEvent& event, const std::optional<std::uint64_t>& line) {
  Origin origin = event.origin;
  origin.line = line.value_or(origin.line);
  return origin;
}

// The line of the kill; without one the event itself.
Origin kill_of(const OomEvent& event) { return line_of(event, event.lines.kill); }

constexpr std::size_t kSoonKills = 256;  // between two kills of one process: later its PID may be another's
constexpr double kSoon = 600.0;          // seconds, likewise

// Tasks of the pool that was hit: in a cgroup's own report all that are listed, else those of the victim's name.
bool is_of_pool(const OomEvent& event, const Task& task) {
  return scope_of(event) == Scope::Cgroup || task.comm == chosen_victim(event)->comm;
}

// Whether a table lists anybody, and whether it lists `pid`.
struct Rows {
  const OomEvent* event = nullptr;                   // null: its table was left out
  const std::vector<std::uint32_t>* pids = nullptr;  // then those that it listed, sorted

  bool empty() const { return pids != nullptr ? pids->empty() : event->tasks.empty(); }
  bool list(std::uint32_t pid) const {
    return pids != nullptr ? std::binary_search(pids->begin(), pids->end(), pid) : find_task(*event, pid) != nullptr;
  }
};

// Started anew: none of the pool's tasks was there in the report before. A worker that was forked since is not enough:
// in a burst the pool goes on.
bool was_restarted_since(const Rows& before, const OomEvent& now) {
  if (before.empty() || now.tasks.empty()) {
    return false;
  }
  return std::none_of(now.tasks.begin(), now.tasks.end(),
                      [&](const Task& task) { return is_of_pool(now, task) && before.list(task.pid); });
}

// The hits of the same; of two equally often restarted ones the first.
class RestartRuns {
 public:
  using Run = std::pair<const std::string, RepeatedHits>;

  void add(const std::string& what, const RepeatedHits& hits) {
    const auto [run, fresh] = runs_.try_emplace(what, hits);
    if (!fresh) oomwhy::add(run->second, hits);
    if (longest_ == nullptr || run->second.restarts > longest_->second.restarts) longest_ = &*run;
  }

  const Run* longest() const { return longest_; }

 private:
  std::map<std::string, RepeatedHits> runs_;
  const Run* longest_ = nullptr;
};

RestartRuns runs_of(const std::vector<AnalysedEvent>& events) {
  const std::vector<bool> restarted = find_restarts(events);
  RestartRuns runs;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const OomEvent& event = events[i].event;
    if (const std::optional<std::string> what = hit_of(event)) runs.add(*what, hit_by(event, restarted[i]));
    if (!events[i].folded) continue;
    for (const auto& [what, hits] : events[i].folded->hits) runs.add(what, hits);
  }
  return runs;
}

std::string in_words(double seconds) {
  return seconds < 120 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

std::string within(const Time& first, const Time& last) {
  const std::optional<double> seconds = seconds_within_boot(first, last);
  return seconds ? " within " + in_words(*seconds) : std::string();
}

Bytes size_of(const OomEvent& event, const std::string& comm) {
  Bytes sum;
  for (const Task& task : event.tasks) {
    if (task.comm == comm) {
      sum += resident(event, task) + swapped(event, task);
    }
  }
  return sum;
}

bool lost_one(const OomEvent& event, const std::string& comm) {
  return std::any_of(event.victims.begin(), event.victims.end(),
                     [&](const Victim& victim) { return victim.comm == comm; });
}

}  // namespace

std::optional<std::string> hit_of(const OomEvent& event) {
  const Victim* victim = chosen_victim(event);
  if (victim == nullptr || !says_killed(event)) {
    return std::nullopt;
  }
  if (victim->cgroup) {
    return victim->cgroup;
  }
  return event.memcg && event.memcg->victim ? event.memcg->victim : std::optional<std::string>(victim->comm);
}

RepeatedHits hit_by(const OomEvent& event, bool restarted) {
  return {.restarts = restarted ? 1U : 0U,
          .first = event.time,
          .last = event.time,
          .last_kill = kill_of(event),
          .last_pids = {}};
}

FreedMemory freed_by(const OomEvent& event) {
  FreedMemory freed;
  for (const Victim& victim : event.victims) {
    if (!victim.anon_rss || victim.already_exiting) continue;
    freed.sum += to_bytes(*victim.anon_rss);
    ++freed.kills;
    freed.last_kill = kill_of(event);
  }
  return freed;
}

std::vector<bool> find_restarts(const std::vector<AnalysedEvent>& events) {
  std::vector<bool> restarted(events.size(), false);
  std::map<std::string, Rows> last;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const AnalysedEvent& analysed = events[i];
    if (const std::optional<std::string> what = hit_of(analysed.event)) {
      const auto [before, fresh] = last.try_emplace(*what);
      restarted[i] = analysed.restarted.value_or(!fresh && was_restarted_since(before->second, analysed.event));
      before->second = analysed.findings ? Rows{nullptr, &analysed.findings->pids} : Rows{&analysed.event, nullptr};
    }
    if (!analysed.folded) continue;
    for (const auto& [what, hits] : analysed.folded->hits) last[what] = {nullptr, &hits.last_pids};
  }
  return restarted;
}

std::optional<RestartLoop> k1_restart_loop(const Incident& incident) {
  const RestartRuns runs = runs_of(incident.events);
  const RestartRuns::Run* run = runs.longest();
  // The first kill, and those of what was started anew.
  const std::size_t kills = run == nullptr ? 0 : 1 + run->second.restarts;
  if (kills < kLoop) {
    return std::nullopt;
  }
  const auto& [what, hits] = *run;
  const CgroupIdentity identity = identify_cgroup(what);
  return RestartLoop{
      .what = what,
      .evidence = {.rule = std::string(RuleId("K1")),
                   .text = fmt::format("{} was killed {} times{}, each time as new processes: a restart loop.",
                                       identity.unit.value_or(what), kills, within(hits.first, hits.last)),
                   .origin = hits.last_kill}};
}

std::optional<Evidence> k2_killing_cannot_help(const Incident& incident, bool held_by_nobody) {
  std::set<std::string> names;
  std::size_t kills = 0;
  for (const AnalysedEvent& analysed : incident.events) {
    const Victim* victim = chosen_victim(analysed.event);
    if (victim != nullptr && says_killed(analysed.event)) {
      names.insert(victim->comm);
      ++kills;
    }
  }
  for_each_folded(incident, [&](const FoldedReports& folded) {
    for (const auto& [kind, counts] : folded.victims) {
      if (counts.chosen_kills > 0) names.insert(kind.comm);
      kills += counts.chosen_kills;
    }
    kills += folded.other_victims.chosen_kills;
  });
  if (!held_by_nobody || kills < kLoop || names.size() < 2) {
    return std::nullopt;
  }
  const OomEvent& last = incident.events.back().event;
  return Evidence{.rule = std::string(RuleId("K2")),
                  .text = fmt::format("{} kills of {} different programs did not help: no process owns the memory.",
                                      kills, names.size()),
                  .origin = kill_of(last)};
}

// PIDs are handed out again: only of a kill soon after the other is it certain that the process is the same.
std::optional<Evidence> k3_killed_twice(const Incident& incident) {
  struct Kill {
    std::size_t number = 0;
    const Time* time = nullptr;
  };
  std::map<std::pair<std::uint32_t, std::string>, Kill> killed;
  std::optional<Evidence> twice;
  for_each_folded(incident, [&](const FoldedReports& folded) { twice = twice ? twice : folded.killed_twice; });
  for (std::size_t i = 0; i < incident.events.size() && !twice; ++i) {
    const OomEvent& event = incident.events[i].event;
    const Victim* victim = chosen_victim(event);
    if (victim == nullptr || !says_killed(event) || victim->already_exiting) continue;
    Kill& before = killed[{victim->pid, victim->comm}];
    const std::optional<double> apart =
        before.time != nullptr ? seconds_within_boot(*before.time, event.time) : std::nullopt;
    if (before.time != nullptr && i - before.number <= kSoonKills && apart.value_or(0) <= kSoon) {
      twice =
          Evidence{.rule = std::string(RuleId("K3")),
                   .text = fmt::format("{} (PID {}) was killed twice: it could not die.", victim->comm, victim->pid),
                   .origin = kill_of(event)};
    }
    before = {i, &event.time};
  }
  return twice;
}

std::optional<Evidence> g1_growth(const Incident& incident, const std::string& comm) {
  const OomEvent* start = nullptr;
  for (const AnalysedEvent& analysed : incident.events) {
    const OomEvent& event = analysed.event;
    const Bytes size = size_of(event, comm);
    if (size.count == 0) {
      continue;
    }
    const std::optional<double> seconds =
        start != nullptr ? seconds_within_boot(start->time, event.time) : std::nullopt;
    if (seconds && *seconds >= kLeastSpan && size > size_of(*start, comm)) {
      const Bytes grown = less(size, size_of(*start, comm));
      const Bytes a_minute{static_cast<std::uint64_t>(static_cast<double>(grown.count) * 60 / *seconds)};
      return Evidence{.rule = std::string(RuleId("G1")),
                      .text = fmt::format("Between two reports {} apart {} grew by {}, {} a minute.",
                                          in_words(*seconds), comm, format_size(grown), format_size(a_minute)),
                      .origin = line_of(event, event.lines.task_table)};
    }
    if (start == nullptr || lost_one(event, comm)) {
      start = lost_one(event, comm) ? nullptr : &event;
    }
  }
  return std::nullopt;
}

std::optional<Evidence> g2_gain_of_kills(const Incident& incident) {
  FreedMemory freed;
  for (const AnalysedEvent& analysed : incident.events) {
    add(freed, freed_by(analysed.event));
    if (analysed.folded) add(freed, analysed.folded->freed);
  }
  if (incident.events_total < 2 || freed.kills < 2) {
    return std::nullopt;
  }
  return Evidence{.rule = std::string(RuleId("G2")),
                  .text = fmt::format("{} kills freed {} of anonymous memory, {} each on average.", freed.kills,
                                      format_size(freed.sum), format_size(Bytes{freed.sum.count / freed.kills})),
                  .origin = freed.last_kill};
}

}  // namespace oomwhy
