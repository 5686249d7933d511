#include "report/sentences.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "report/cgroup_path.hpp"
#include "report/folding.hpp"
#include "report/format.hpp"
#include "report/rules.hpp"
#include "report/scene.hpp"
#include "report/words.hpp"

namespace oomwhy {
namespace {

// A container's scope by the digits that its runtime shows: the whole name takes a line of the screen.
std::string unit_in_words(const std::string& unit) {
  constexpr std::size_t kShownDigits = 12;
  const std::optional<std::string> container = identify_cgroup("/" + unit).container;
  return container && container->size() > kShownDigits ? "container " + container->substr(0, kShownDigits) : unit;
}

std::string cgroup_in_words(const std::string& path) {
  const CgroupIdentity identity = identify_cgroup(path);
  if (identity.unit) {
    return unit_in_words(*identity.unit);
  }
  if (identity.pod) {
    return "pod " + *identity.pod;
  }
  return identity.slice.value_or(path);
}

std::string limit_in_words(const OomEvent& event) {
  if (!event.memcg || !event.memcg->memory || !event.memcg->memory->limit) {
    return "its memory limit";
  }
  return fmt::format("its memory limit of {}", format_size(to_bytes(*event.memcg->memory->limit)));
}

std::string cgroup_scope(const OomEvent& event) {
  const std::optional<std::string>& path = event.memcg ? event.memcg->limiting : std::optional<std::string>();
  if (!path) {
    return "A CGROUP reached its memory limit (which one is not in the log); the host was not out of memory.";
  }
  return fmt::format("{} reached {}; the host was not out of memory.", cgroup_in_words(*path), limit_in_words(event));
}

std::string scope_sentence(const Incident& incident, const OomEvent& event) {
  if (incident.cause.kind == CauseKind::Manual) {
    return "Somebody asked the kernel for an OOM kill (sysrq-f); the host need not have been short of memory.";
  }
  switch (incident.scope) {
    case Scope::Host:
      return event.outcome == Outcome::Panic || event.outcome == Outcome::Deadlock
                 ? "The HOST ran out of memory and the kernel panicked."
                 : "The HOST ran out of memory.";
    case Scope::Cgroup:
      return cgroup_scope(event);
    case Scope::Cpuset:
      return fmt::format("NUMA node {}, to which a cpuset is bound, ran out of memory; other nodes do not count.",
                         event.mems_allowed.value_or("(not printed)"));
    case Scope::MemoryPolicy:
      return fmt::format(
          "NUMA node {}, to which a memory policy is bound, ran out of memory; other nodes do not count.",
          event.nodemask.value_or("(not printed)"));
    case Scope::Unknown:
      return "The kernel killed a process for want of memory; what ran out is not in the log.";
  }
  return {};
}

// The unit of the limit stands in the sentence about the scope already.
bool is_named_by_scope(const Incident& incident, const std::string& unit) {
  const OomEvent& event = incident.events[incident.telling_event].event;
  return incident.scope == Scope::Cgroup && event.memcg && event.memcg->limiting &&
         identify_cgroup(*event.memcg->limiting).unit == unit;
}

// "php (PID 812, report-gen.service)"
std::string with_details(const std::string& name, const std::vector<std::string>& details) {
  return details.empty() ? name : fmt::format("{} ({})", name, fmt::join(details, ", "));
}

// "41 php processes (report-gen.service)", "etl (PID 812)"
std::string who(const Incident& incident) {
  const Cause& cause = incident.cause;
  std::string name = cause.name.value_or("an unknown process");
  std::vector<std::string> details;
  if (cause.process_count.value_or(1) > 1) {
    name = fmt::format("{} {} processes", *cause.process_count, name);
  } else if (!cause.pids.empty()) {
    details.push_back(fmt::format("PID {}", cause.pids.front()));
  }
  if (cause.unit && !is_named_by_scope(incident, *cause.unit)) {
    details.push_back(unit_in_words(*cause.unit));
  }
  return with_details(name, details);
}

std::string_view whole_of(Scope scope) {
  switch (scope) {
    case Scope::Cgroup:
      return "the limit";
    case Scope::Cpuset:
    case Scope::MemoryPolicy:
      return "the nodes' memory";
    case Scope::Host:
    case Scope::Unknown:
      return "RAM";
  }
  return "RAM";
}

// RSS counts file pages, too, that another cgroup is charged for.
bool is_more_than_all(const Cause& cause) { return cause.share_of_ram.value_or(0) >= 1.005; }

// "6.9 GiB, 44% of RAM"; what swap holds is in the size and not in the share.
std::string how_much(const Incident& incident) {
  const Cause& cause = incident.cause;
  const Bytes size = cause.rss ? *cause.rss + cause.swap.value_or(Bytes{}) : cause.held.value_or(Bytes{});
  if (cause.upper_bound) {
    return fmt::format("up to {}", format_size(size));
  }
  std::string text = format_size(size) + (is_more_than_all(cause) ? " of RSS" : "");
  if (or_zero(cause.swap).count > 0) {
    text += fmt::format(" with {} of swap", format_size(*cause.swap));
  }
  if (cause.share_of_ram) {
    text += ", " + format_part(*cause.share_of_ram, whole_of(incident.scope));
  }
  return text;
}

std::string processes_sentence(const Incident& incident) {
  const Cause& cause = incident.cause;
  if (cause.confidence == Confidence::Low) {
    return fmt::format("Who caused it is not certain; {} held the most, {}.", who(incident), how_much(incident));
  }
  return fmt::format("{} used the most: {}.", who(incident), how_much(incident));
}

std::string memory_sentence(std::string_view what, const Incident& incident) {
  return fmt::format(
      "The memory is in {}: {}; no process owns it.", what,
      format_size(or_zero(incident.cause.held)) +
          (incident.cause.share_of_ram ? ", " + format_part(*incident.cause.share_of_ram, whole_of(incident.scope))
                                       : std::string()));
}

std::string cause_sentence(const Incident& incident) {
  const Cause& cause = incident.cause;
  switch (cause.kind) {
    case CauseKind::Processes:
      return processes_sentence(incident);
    case CauseKind::Shmem:
      return memory_sentence("tmpfs files or shared memory", incident);
    case CauseKind::Slab:
      return memory_sentence(fmt::format("the kernel's own objects ({})", cause.name.value_or("slab")), incident);
    case CauseKind::PageTables:
      return fmt::format("The memory is in page tables: {}{}.", format_size(or_zero(cause.held)),
                         cause.name ? fmt::format(", most of them of {}", *cause.name) : std::string());
    case CauseKind::Hugepages:
      return memory_sentence("the huge page pool", incident);
    case CauseKind::Locked:
      return cause.name ? fmt::format("{} used the most, locked in RAM (mlock): {}.", who(incident), how_much(incident))
                        : memory_sentence("locked pages (mlock)", incident);
    case CauseKind::Unaccounted:
      return memory_sentence("no counter of the report (a driver, pipes, vmalloc or the like)", incident);
    case CauseKind::Balloon:
      return fmt::format("{} of RAM is reserved, or the hypervisor's balloon holds it.",
                         format_size(or_zero(cause.held)));
    case CauseKind::Fragmentation:
      return "Free memory was there, but not in one piece of the size that was asked for.";
    case CauseKind::Zone:
      return fmt::format("Memory was free, but not in {}, where the request had to take it from.",
                         cause.name.value_or("the zone"));
    case CauseKind::Node:
      return fmt::format("The binding to the node is what ran out; {} held the most of it.", who(incident));
    case CauseKind::Manual:
      return {};
    case CauseKind::Unknown:
      return cause.name ? fmt::format("The memory is {}.", *cause.name) : "Who held the memory is not in the log.";
  }
  return {};
}

std::string victim_name(const Incident& incident, const IncidentVictim& victim) {
  std::vector<std::string> details = {fmt::format("PID {}", victim.victim.pid)};
  if (victim.unit && !is_named_by_scope(incident, *victim.unit)) {
    details.push_back(unit_in_words(*victim.unit));
  }
  return with_details(victim.victim.comm, details);
}

// Of victims whose death no line tells: where they are named.
std::set<std::pair<std::uint64_t, std::uint32_t>> only_named(const Incident& incident) {
  std::set<std::pair<std::uint64_t, std::uint32_t>> named;
  for (const AnalysedEvent& analysed : incident.events) {
    if (!says_killed(analysed.event)) {
      for (const Victim& victim : analysed.event.victims) {
        named.emplace(victim.origin_line, victim.pid);
      }
    }
  }
  return named;
}

struct Killed {
  std::size_t count = 0;
  const IncidentVictim* first = nullptr;
  bool of_one_name = true;
};

// A task that was exiting already is named by the kernel, but not killed again; one that is only named may yet live.
Killed killed_ones(const Incident& incident) {
  const auto named = only_named(incident);
  Killed killed;
  for (const IncidentVictim& victim : incident.victims) {
    if (victim.victim.already_exiting || named.contains({victim.victim.origin_line, victim.victim.pid})) continue;
    if (killed.first == nullptr) killed.first = &victim;
    killed.of_one_name = killed.of_one_name && victim.victim.comm == killed.first->victim.comm;
    ++killed.count;
  }
  for_each_folded(incident, [&](const FoldedReports& folded) {
    for (const auto& [kind, counts] : folded.victims) {
      killed.count += counts.killed;
      const bool other = counts.killed > 0 && killed.first != nullptr && kind.comm != killed.first->victim.comm;
      killed.of_one_name = killed.of_one_name && !other;
    }
    killed.count += folded.other_victims.killed;
  });
  return killed;
}

// Whole reports may have gone with what is known to be lost.
bool lacks_records(const Incident& incident) {
  return std::any_of(incident.events.begin(), incident.events.end(), [](const AnalysedEvent& analysed) {
    return lacks_records(analysed.event) || (analysed.folded && analysed.folded->lacks_records);
  });
}

std::string several_victims(const Incident& incident, const Killed& killed) {
  const std::string number = fmt::format("{}{}", lacks_records(incident) ? "at least " : "", killed.count);
  if (!killed.of_one_name) {
    return fmt::format("The kernel killed {} processes, the first of them {}", number,
                       victim_name(incident, *killed.first));
  }
  return fmt::format("The kernel killed {} processes of the name {}{}", number, killed.first->victim.comm,
                     incident.loop ? ", again and again as they were restarted" : "");
}

std::string guilt(const Incident& incident, std::size_t victims) {
  if (!incident.victim_is_cause) {
    return ".";
  }
  if (*incident.victim_is_cause) {
    return victims > 1 ? "; they are the cause themselves." : "; it is the cause itself.";
  }
  return victims > 1 ? "; its rules chose them, they are not the cause." : "; its rules chose it, it is not the cause.";
}

std::string without_victim(const OomEvent& event) {
  switch (event.outcome) {
    case Outcome::Panic:
    case Outcome::Deadlock:
      return "No process was killed.";
    case Outcome::NoKillable:
      return "There was nothing that the kernel may kill.";
    case Outcome::Killed:
    case Outcome::Unknown:
      return "Who was killed is not in the log.";
  }
  return {};
}

// Named by the sentence before: the victim is the cause, or one of the group that is.
bool is_of_cause(const Incident& incident, const IncidentVictim& victim) {
  const Cause& cause = incident.cause;
  return incident.victim_is_cause == std::optional<bool>(true) &&
         (cause.kind == CauseKind::Processes || cause.kind == CauseKind::Locked) &&
         std::find(cause.pids.begin(), cause.pids.end(), victim.victim.pid) != cause.pids.end();
}

std::string chosen_sentence(const Incident& incident) {
  return fmt::format("The kernel chose {}; that it was killed is not in the log.",
                     victim_name(incident, incident.victims.front()));
}

std::string victim_sentence(const Incident& incident, const OomEvent& event) {
  const Killed killed = killed_ones(incident);
  if (killed.first == nullptr) {
    return says_killed(event) || incident.victims.empty() ? without_victim(event) : chosen_sentence(incident);
  }
  if (killed.count > 1) {
    return several_victims(incident, killed) + guilt(incident, killed.count);
  }
  const bool asking = event.message == KillMessage::AllocatingTask;
  if (!asking && is_of_cause(incident, *killed.first)) {
    return incident.cause.process_count.value_or(1) > 1
               ? fmt::format("The kernel killed one of them, PID {}; they are the cause themselves.",
                             killed.first->victim.pid)
               : "The kernel killed it; it is the cause itself.";
  }
  return fmt::format("The kernel killed {}{}{}", victim_name(incident, *killed.first),
                     asking ? ", because it was the one asking (vm.oom_kill_allocating_task)" : "", guilt(incident, 1));
}

std::string confidence_sentence(const Cause& cause) {
  return fmt::format("Confidence in the cause: {} ({}).", name_of(cause.confidence), cause.why_this_confidence);
}

}  // namespace

std::vector<std::string> summarise(const Incident& incident) {
  if (incident.telling_event >= incident.events.size()) {
    return {};
  }
  const OomEvent& event = incident.events[incident.telling_event].event;
  std::vector<std::string> sentences = {scope_sentence(incident, event), cause_sentence(incident),
                                        victim_sentence(incident, event)};
  if (incident.cause.confidence != Confidence::None && incident.cause.kind != CauseKind::Manual) {
    sentences.push_back(confidence_sentence(incident.cause));
  }
  sentences.erase(std::remove(sentences.begin(), sentences.end(), std::string()), sentences.end());
  return sentences;
}

std::vector<TimelineEntry> kernel_timeline(const Incident& incident) {
  std::vector<TimelineEntry> entries;
  for (const AnalysedEvent& analysed : incident.events) {
    const OomEvent& event = analysed.event;
    if (event.trigger.comm && !analysed.omitted) {
      entries.push_back({event.time, "kernel",
                         event.trigger.manual
                             ? std::string("a manual OOM kill is asked for (sysrq-f)")
                             : fmt::format("{} asks for memory that cannot be had", *event.trigger.comm)});
    }
    for (const Victim& victim : event.victims) {
      entries.push_back({event.ended.value_or(event.time), "kernel",
                         fmt::format("{} (PID {}) {}", victim.comm, victim.pid,
                                     victim.already_exiting ? fate_words(victim)
                                     : !says_killed(event)  ? "chosen as the victim"
                                                            : "killed")});
    }
    if (event.panic) {
      entries.push_back({event.ended.value_or(event.time), "kernel", "panic"});
    }
    if (analysed.folded) {
      const OomEvent& last = analysed.folded->last;
      entries.push_back({last.ended.value_or(last.time), "kernel",
                         fmt::format("the last of {} more reports that are only counted", analysed.folded->reports)});
    }
  }
  return entries;
}

std::string_view name_of(CauseKind kind) {
  switch (kind) {
    case CauseKind::Processes:
      return "processes";
    case CauseKind::Shmem:
      return "tmpfs or shared memory";
    case CauseKind::Slab:
      return "kernel objects";
    case CauseKind::PageTables:
      return "page tables";
    case CauseKind::Hugepages:
      return "huge pages";
    case CauseKind::Locked:
      return "locked memory";
    case CauseKind::Unaccounted:
      return "memory outside the counters";
    case CauseKind::Balloon:
      return "balloon or reservation";
    case CauseKind::Fragmentation:
      return "fragmentation";
    case CauseKind::Zone:
      return "a low zone";
    case CauseKind::Node:
      return "a NUMA node";
    case CauseKind::Manual:
      return "a manual kill";
    case CauseKind::Unknown:
      return "unknown";
  }
  return {};
}

std::string_view name_of(Confidence confidence) {
  switch (confidence) {
    case Confidence::None:
      return "no";
    case Confidence::Low:
      return "low";
    case Confidence::Medium:
      return "medium";
    case Confidence::High:
      return "high";
  }
  return {};
}

}  // namespace oomwhy
