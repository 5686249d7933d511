// What the kernel will do when memory runs out.
#include <fmt/format.h>

#include "report/doctor_checks.hpp"

namespace oomwhy {
namespace {

void unknown_setting(const char* setting, const char* why, HostFindings& findings) {
  findings.add(Severity::Unknown, fmt::format("{} could not be read.", setting), why,
               fmt::format("sysctl {}", setting));
}

std::string persistent(const char* setting, int value) {
  return fmt::format("echo '{0} = {1}' > /etc/sysctl.d/90-oom.conf && sysctl {0}={1}", setting, value);
}

}  // namespace

void check_dump_tasks(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy = "Without the task table a report names the victim, never the cause.";
  if (!facts.oom_dump_tasks) return unknown_setting("vm.oom_dump_tasks", kWhy, findings);
  if (*facts.oom_dump_tasks != 0) return;
  findings.add(Severity::Problem, "The kernel prints no task table (vm.oom_dump_tasks = 0).", kWhy,
               persistent("vm.oom_dump_tasks", 1));
}

void check_allocating_task(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy = "It kills whoever asks for memory at that moment: the victim is random.";
  if (!facts.oom_kill_allocating_task) return unknown_setting("vm.oom_kill_allocating_task", kWhy, findings);
  if (*facts.oom_kill_allocating_task == 0) return;
  findings.add(Severity::Problem, "The kernel kills the task that asks (vm.oom_kill_allocating_task).", kWhy,
               persistent("vm.oom_kill_allocating_task", 0));
}

void check_panic(const HostFacts& facts, HostFindings& findings) {
  constexpr const char* kWhy = "The whole host goes down in place of one process; sane only where a cluster fences.";
  if (!facts.panic_on_oom) return unknown_setting("vm.panic_on_oom", kWhy, findings);
  if (*facts.panic_on_oom == 0) return;
  findings.add(Severity::Problem,
               fmt::format("The kernel panics when memory runs out (vm.panic_on_oom = {}).", *facts.panic_on_oom), kWhy,
               persistent("vm.panic_on_oom", 0));
}

void check_overcommit(const HostFacts& facts, HostFindings& findings) {
  if (!facts.overcommit_memory) {
    return unknown_setting("vm.overcommit_memory", "It decides whether memory is refused or somebody is killed.",
                           findings);
  }
  if (*facts.overcommit_memory == 1) {
    findings.add(Severity::Warning, "The kernel grants every allocation (vm.overcommit_memory = 1).",
                 "A runaway request is never refused: it ends in a kill.", persistent("vm.overcommit_memory", 0));
  } else if (*facts.overcommit_memory == 2) {
    findings.add(Severity::Warning, "The kernel refuses memory beyond its commit limit (vm.overcommit_memory = 2).",
                 "Programs fail with ENOMEM, in their own words and without an OOM report.",
                 "grep -E 'CommitLimit|Committed_AS' /proc/meminfo");
  }
}

void check_cgroup_version(const HostFacts& facts, HostFindings& findings) {
  if (!facts.cgroup_version) {
    return findings.add(Severity::Unknown, "The version of the cgroups could not be read.",
                        "Limits, their kills and memory.oom.group depend on it.", "stat -fc %T /sys/fs/cgroup");
  }
  if (*facts.cgroup_version >= 2) return;
  findings.add(Severity::Warning, "The memory controller is cgroup v1.",
               "MemoryHigh=, MemorySwapMax=, memory.oom.group and systemd-oomd need v2.",
               "add systemd.unified_cgroup_hierarchy=1 to the kernel's command line");
}

void check_pressure(const HostFacts& facts, HostFindings& findings) {
  if (!facts.pressure) {
    return findings.add(Severity::Unknown, "/proc/pressure/memory could not be read.",
                        "Without PSI nothing tells a slow stall before the kill, and systemd-oomd does not work.",
                        "grep -s CONFIG_PSI /boot/config-$(uname -r); add psi=1 to the kernel's command line");
  }
  constexpr double kStalled = 10.0;
  if (facts.pressure->full_10s < kStalled && facts.pressure->full_5min < kStalled) return;
  findings.add(Severity::Problem,
               fmt::format("All tasks wait for memory right now: {:.2f}% of the last 10 s, {:.2f}% of the last 5 min.",
                           facts.pressure->full_10s, facts.pressure->full_5min),
               "The next kill is near.", "systemd-cgtop -m -n 1");
}

}  // namespace oomwhy
