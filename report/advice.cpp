#include "report/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "report/advice_bias.hpp"
#include "report/advice_limits.hpp"
#include "report/advice_target.hpp"
#include "report/append.hpp"
#include "report/format.hpp"
#include "report/replace_all.hpp"
#include "report/rules.hpp"
#include "report/scene.hpp"

namespace oomwhy {
namespace {

bool found(const Incident& incident, std::string_view rule) { return fired(incident.cause.evidence, rule); }

const OomEvent& telling(const Incident& incident) { return incident.events[incident.telling_event].event; }

// --- what to look at ----------------------------------------------------------------------------------------------

// The command of the decision table, with the unit, slice or process of this incident in it where they are known.
std::string command_for(const Incident& incident, std::string_view rule, const Target& target) {
  std::string command(confirming_command(rule));
  if (!target.name.empty() && is_valid_unit_name(target.name)) {
    replace_all(command, "UNIT=UNIT", "UNIT=" + shell_word(target.name));
    replace_all(command, " UNIT", " " + shell_word(target.name));
    replace_all(command, " SLICE", " " + shell_word(target.name));
  }
  if (!incident.cause.pids.empty()) {
    replace_all(command, "/PID/", fmt::format("/{}/", incident.cause.pids.front()));
  }
  return command;
}

Advice check(const Incident& incident, std::string_view rule, std::string reason, const Target& target) {
  Advice advice;
  advice.action = AdviceAction::Check;
  advice.target = target.name;
  advice.target_kind = target.kind;
  advice.target_certainty = target.certainty;
  advice.value = command_for(incident, rule, target);
  advice.reason = std::move(reason);
  advice.source = fmt::format("rule {}", rule);
  return advice;
}

Target kernel() { return {"kernel", TargetKind::Kernel, Certainty::Stated, {}}; }

std::string_view why_no_setting(CauseKind kind) {
  if (kind == CauseKind::Manual) return "nothing to set: the kill was asked for";
  if (kind == CauseKind::Shmem) return "no kill and no score frees it: files in RAM are no process's memory";
  return "no unit setting helps: the memory is not a process's, so no limit and no score frees it";
}

Advice no_setting_frees_it(const Incident& incident) {
  Advice advice;
  advice.action = AdviceAction::None;
  advice.target = "kernel";
  advice.target_kind = TargetKind::Kernel;
  advice.reason = why_no_setting(incident.cause.kind);
  advice.source = "rule " + (incident.cause.evidence.empty() ? std::string("-") : incident.cause.evidence.front().rule);
  return advice;
}

// --- memory that no process owns ----------------------------------------------------------------------------------

struct Remedy {
  CauseKind kind;
  std::string_view rule, reason;
};

constexpr std::array<Remedy, 12> kRemedies = {{
    // Documentation/admin-guide/cgroup-v2.rst, "Memory Ownership"; tests/lab shows it.
    {CauseKind::Shmem, "C7",
     "find the files in RAM and delete them; a mount with size= keeps them bounded, and so does MemoryMax= on the unit "
     "that writes them: they count as its memory"},
    {CauseKind::Shmem, "C23", "find the files in RAM inside the container; a mount with size= keeps them bounded"},
    {CauseKind::Slab, "C8", "find out which kernel cache grows, and who makes it grow"},
    {CauseKind::Slab, "C9", "find out which kernel cache grows, and who makes it grow"},
    {CauseKind::Slab, "C21", "find the sockets whose reader is too slow"},
    {CauseKind::PageTables, "C10", "huge pages for the shared segment make the page tables small"},
    {CauseKind::Hugepages, "C11", "size the huge page pool by what is really used; nothing else can have that memory"},
    {CauseKind::Unaccounted, "C13",
     "find who holds memory outside the counters; drivers, vmalloc, pipes, a balloon can"},
    {CauseKind::Balloon, "C14",
     "ask the hypervisor's people for the balloon's target; or check the boot's reservations"},
    {CauseKind::Fragmentation, "C18",
     "look for free memory in pieces; a higher vm.min_free_kbytes in small steps can help"},
    {CauseKind::Zone, "C20", "look at the zones; a 64-bit kernel has no low zone that runs out"},
    {CauseKind::Manual, "S6", "find out who or what pressed sysrq-f"},
}};

std::vector<Advice> remedies_outside_of_processes(const Incident& incident) {
  std::vector<Advice> advice = {no_setting_frees_it(incident)};
  for (const Remedy& remedy : kRemedies) {
    if (remedy.kind == incident.cause.kind && found(incident, remedy.rule)) {
      advice.push_back(check(incident, remedy.rule, std::string(remedy.reason), kernel()));
    }
  }
  return advice;
}

// --- restarts -----------------------------------------------------------------------------------------------------

Advice set_on(const Target& target, std::string setting, std::string value, std::string reason, std::string source) {
  Advice advice;
  advice.action = AdviceAction::Set;
  advice.target = target.name;
  advice.target_kind = target.kind;
  advice.target_certainty = target.certainty;
  advice.setting = std::move(setting);
  advice.value = std::move(value);
  advice.reason = std::move(reason);
  advice.source = std::move(source);
  advice.gate = target.gate;
  advice.proposed = target.gate.empty();
  return advice;
}

bool is_service(const Target& target) {
  constexpr std::string_view kSuffix = ".service";
  return target.kind == TargetKind::Unit && target.name.size() > kSuffix.size() &&
         target.name.compare(target.name.size() - kSuffix.size(), kSuffix.size(), kSuffix) == 0;
}

bool said_by_manager(const Incident& incident, const std::string& unit, UnitWord word) {
  return std::any_of(incident.userland.begin(), incident.userland.end(), [&](const UserlandEvent& event) {
    const auto* message = std::get_if<UnitMessage>(&event.fact);
    return message != nullptr && message->word == word && message->unit == unit;
  });
}

std::vector<Advice> end_loop(const Incident& incident) {
  const Target target = loop_target(incident);
  if (!is_service(target)) {
    return {};
  }
  const std::string source = "systemd.unit(5): the default, 5 starts in 10 s, does not end a loop with slower spacing";
  return {set_on(target, "StartLimitIntervalSec", "10min", "ends the restart loop: the unit fails instead", source),
          set_on(target, "StartLimitBurst", "5", "ends the restart loop: the unit fails instead", source)};
}

std::vector<Advice> come_back(const Incident& incident, const Target& victim) {
  if (incident.loop || !is_service(victim) || incident.victim_is_cause == std::optional<bool>(true)) {
    return {};
  }
  Advice advice = set_on(victim, "Restart", "on-failure", "the unit comes back by itself after an OOM kill",
                         "systemd.service(5): on-abort does not cover OOM kills");
  const bool failed = said_by_manager(incident, victim.name, UnitWord::Failed);
  const bool restarts = said_by_manager(incident, victim.name, UnitWord::RestartScheduled);
  if (!failed || restarts) {
    advice.proposed = false;
    advice.gate = restarts ? "the unit was restarted already"
                           : "only where systemctl show -p Restart " + shell_word(victim.name) + " says no or on-abort";
  }
  return {advice};
}

// --- slack, and the killer's own policy ---------------------------------------------------------------------------

std::vector<Advice> give_slack(const Incident& incident) {
  if (incident.scope == Scope::Cgroup) {
    return {};
  }
  if (found(incident, "C15")) {
    return {check(incident, "C15", "no swap: even a little gives the kernel time; how much depends on the product",
                  kernel())};
  }
  if (found(incident, "C17")) {
    return {check(incident, "C17", "swap was free but did not help: see what could not be swapped", kernel())};
  }
  return {};
}

std::vector<Advice> change_policy(const Incident& incident) {
  std::vector<Advice> advice;
  if (found(incident, "S7")) {
    advice.push_back(set_on(kernel(), "vm.oom_kill_allocating_task", "0",
                            "with 1 the kernel kills whoever asks, at random",
                            "Documentation/admin-guide/sysctl/vm.rst"));
  }
  if (found(incident, "S9")) {
    Advice panic = set_on(kernel(), "vm.panic_on_oom", "0", "one process dies instead of the host",
                          "Documentation/admin-guide/sysctl/vm.rst");
    panic.proposed = false;
    panic.gate = "not where a cluster fences the host on purpose";
    advice.push_back(std::move(panic));
  }
  if (found(incident, "S8")) {
    Advice list = check(incident, "S8", "list what is protected with -1000", kernel());
    list.value = "grep -l -x -e -1000 /proc/[0-9]*/oom_score_adj";
    advice.push_back(std::move(list));
  }
  return advice;
}

// --- processes ----------------------------------------------------------------------------------------------------

bool is_held_by_processes(const Incident& incident) {
  switch (incident.cause.kind) {
    case CauseKind::Processes:
    case CauseKind::Locked:
    case CauseKind::Node:
      return !incident.cause.pids.empty();
    case CauseKind::Shmem:
    case CauseKind::Slab:
    case CauseKind::PageTables:
    case CauseKind::Hugepages:
    case CauseKind::Unaccounted:
    case CauseKind::Balloon:
    case CauseKind::Fragmentation:
    case CauseKind::Zone:
    case CauseKind::Manual:
    case CauseKind::Unknown:
      return false;
  }
  return false;
}

std::vector<Advice> look_at_cause(const Incident& incident, const Target& target) {
  switch (incident.cause.kind) {
    case CauseKind::Locked:
      return {check(incident, "C12", "see who locks how much, and whether LimitMEMLOCK= can be lower", target)};
    case CauseKind::Node:
      return {check(incident, "S5", "see which nodes it is bound to, and why", target)};
    case CauseKind::Processes:
      return incident.scope == Scope::Cgroup || target.name.empty()
                 ? std::vector<Advice>{}
                 : std::vector<Advice>{check(incident, "C1",
                                             incident.victim_is_cause == std::optional(true)
                                                 ? "see whether it came back, and grows again"
                                                 : "see whether it still runs and grows",
                                             target)};
    case CauseKind::Shmem:
    case CauseKind::Slab:
    case CauseKind::PageTables:
    case CauseKind::Hugepages:
    case CauseKind::Unaccounted:
    case CauseKind::Balloon:
    case CauseKind::Fragmentation:
    case CauseKind::Zone:
    case CauseKind::Manual:
    case CauseKind::Unknown:
      return {};
  }
  return {};
}

// An ancestor's limit: the slice is what can be set, the cause below it is what should be.
std::vector<Advice> limits_in_cgroup(const Incident& incident, const Target& cause, const Background& background) {
  const OomEvent& event = telling(incident);
  std::vector<Advice> advice;
  if (found(incident, "S3") && event.memcg && event.memcg->limiting) {
    append(advice, contain_cause(incident, cause, background));
    append(advice, raise_limit(incident, target_of_path(*event.memcg->limiting, Certainty::Stated)));
    return advice;
  }
  append(advice, raise_limit(incident, cause));
  return advice;
}

std::vector<Advice> remedies_for_processes(const Incident& incident, const Background& background) {
  const Target cause = cause_target(incident);
  const Target victim = victim_target(incident);
  std::vector<Advice> advice = look_at_cause(incident, cause);
  append(advice, incident.scope == Scope::Cgroup ? limits_in_cgroup(incident, cause, background)
                                                 : contain_cause(incident, cause, background));
  append(advice, end_loop(incident));
  append(advice, come_back(incident, victim));
  append(advice, bias_choice(incident, cause, victim, background.site));
  return advice;
}

std::vector<Advice> remedies_of_unknown_cause(const Incident& incident) {
  if (incident.cause.kind == CauseKind::Unknown && incident.scope == Scope::Host) {
    return {check(incident, "S4", "see what runs now; the log does not say who held the memory", kernel())};
  }
  return {};
}

}  // namespace

std::vector<Advice> advise(const Incident& incident, const Background& background) {
  if (incident.telling_event >= incident.events.size()) {
    return {};
  }
  std::vector<Advice> advice;
  if (is_held_by_processes(incident)) {
    advice = remedies_for_processes(incident, background);
  } else if (incident.cause.kind == CauseKind::Unknown) {
    advice = remedies_of_unknown_cause(incident);
  } else {
    advice = remedies_outside_of_processes(incident);
    append(advice, incident.cause.kind == CauseKind::Manual ? std::vector<Advice>{}
                                                            : come_back(incident, victim_target(incident)));
  }
  if (incident.cause.kind != CauseKind::Manual) {
    append(advice, give_slack(incident));
  }
  append(advice, change_policy(incident));
  return advice;
}

}  // namespace oomwhy
