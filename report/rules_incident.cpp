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

// Tasks of the pool that was hit: in a cgroup's own report all that are listed, else those of the victim's name.
bool is_of_pool(const OomEvent& event, const Task& task) {
  return scope_of(event) == Scope::Cgroup || task.comm == chosen_victim(event)->comm;
}

// Whether a table lists anybody, and whether it lists `pid`; of one that was left out, its PIDs are known.
bool has_rows(const AnalysedEvent& analysed) {
  return analysed.findings ? !analysed.findings->pids.empty() : !analysed.event.tasks.empty();
}
bool lists(const AnalysedEvent& analysed, std::uint32_t pid) {
  if (analysed.findings) {
    return std::binary_search(analysed.findings->pids.begin(), analysed.findings->pids.end(), pid);
  }
  return find_task(analysed.event, pid) != nullptr;
}

// Started anew: none of the pool's tasks was there in the report before. A worker that was forked since is not enough:
// in a burst the pool goes on.
bool was_restarted_since(const AnalysedEvent& before, const OomEvent& now) {
  if (chosen_victim(now) == nullptr || chosen_victim(before.event) == nullptr || !has_rows(before) ||
      now.tasks.empty()) {
    return false;
  }
  return std::none_of(now.tasks.begin(), now.tasks.end(),
                      [&](const Task& task) { return is_of_pool(now, task) && lists(before, task.pid); });
}

struct Restarts {
  std::string what;
  std::size_t kills = 1;
  const OomEvent* first = nullptr;
  const OomEvent* last = nullptr;
};

std::optional<Restarts> longest_run_of_restarts(const std::vector<AnalysedEvent>& events) {
  const std::vector<bool> restarted = find_restarts(events);
  std::vector<Restarts> runs;
  std::optional<Restarts> longest;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const OomEvent& event = events[i].event;
    const std::optional<std::string> what = hit_of(event);
    if (!what) {
      continue;
    }
    const auto found = std::find_if(runs.begin(), runs.end(), [&](const Restarts& run) { return run.what == *what; });
    if (found == runs.end()) {
      runs.push_back({.what = *what, .first = &event, .last = &event});
      continue;
    }
    found->kills += restarted[i] ? 1 : 0;
    found->last = &event;
    if (!longest || found->kills > longest->kills) {
      longest = *found;
    }
  }
  return longest;
}

std::string in_words(double seconds) {
  return seconds < 120 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

std::string within(const OomEvent& first, const OomEvent& last) {
  const std::optional<double> seconds = seconds_within_boot(first.time, last.time);
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

std::vector<bool> find_restarts(const std::vector<AnalysedEvent>& events) {
  std::vector<bool> restarted(events.size(), false);
  std::map<std::string, const AnalysedEvent*> last;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const std::optional<std::string> what = hit_of(events[i].event);
    if (!what) {
      continue;
    }
    const AnalysedEvent*& before = last[*what];
    restarted[i] = events[i].restarted.value_or(before != nullptr && was_restarted_since(*before, events[i].event));
    before = &events[i];
  }
  return restarted;
}

std::optional<RestartLoop> k1_restart_loop(const Incident& incident) {
  const std::optional<Restarts> run = longest_run_of_restarts(incident.events);
  if (!run || run->kills < kLoop) {
    return std::nullopt;
  }
  const CgroupIdentity identity = identify_cgroup(run->what);
  return RestartLoop{
      .what = run->what,
      .evidence = {.rule = std::string(RuleId("K1")),
                   .text = fmt::format("{} was killed {} times{}, each time as new processes: a restart loop.",
                                       identity.unit.value_or(run->what), run->kills, within(*run->first, *run->last)),
                   .origin = line_of(*run->last, run->last->lines.kill)}};
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
  if (!held_by_nobody || kills < kLoop || names.size() < 2) {
    return std::nullopt;
  }
  const OomEvent& last = incident.events.back().event;
  return Evidence{.rule = std::string(RuleId("K2")),
                  .text = fmt::format("{} kills of {} different programs did not help: no process owns the memory.",
                                      kills, names.size()),
                  .origin = line_of(last, last.lines.kill)};
}

std::optional<Evidence> k3_killed_twice(const Incident& incident) {
  std::set<std::pair<std::uint32_t, std::string>> killed;
  for (const AnalysedEvent& analysed : incident.events) {
    const Victim* victim = chosen_victim(analysed.event);
    if (victim != nullptr && says_killed(analysed.event) && !victim->already_exiting &&
        !killed.emplace(victim->pid, victim->comm).second) {
      return Evidence{.rule = std::string(RuleId("K3")),
                      .text = fmt::format("{} (PID {}) was killed twice: it could not die.", victim->comm, victim->pid),
                      .origin = line_of(analysed.event, analysed.event.lines.kill)};
    }
  }
  return std::nullopt;
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
  if (incident.events.size() < 2) {
    return std::nullopt;
  }
  Bytes gained;
  std::size_t kills = 0;
  const OomEvent* last = nullptr;
  for (const AnalysedEvent& analysed : incident.events) {
    for (const Victim& victim : analysed.event.victims) {
      if (victim.anon_rss && !victim.already_exiting) {
        gained += to_bytes(*victim.anon_rss);
        ++kills;
        last = &analysed.event;
      }
    }
  }
  if (kills < 2) {
    return std::nullopt;
  }
  return Evidence{.rule = std::string(RuleId("G2")),
                  .text = fmt::format("{} kills freed {} of anonymous memory, {} each on average.", kills,
                                      format_size(gained), format_size(Bytes{gained.count / kills})),
                  .origin = line_of(*last, last->lines.kill)};
}

}  // namespace oomwhy
