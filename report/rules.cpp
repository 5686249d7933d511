#include "report/rules.hpp"

#include <algorithm>
#include <array>

namespace oomwhy {
namespace {

struct Confirmation {
  RuleId rule;
  std::string_view command;
};

constexpr std::array<Confirmation, 28> kConfirmations = {{
    {"S1", "systemctl show -p MemoryMax,MemoryHigh,MemorySwapMax,EffectiveMemoryMax UNIT"},
    {"S2", "systemctl cat UNIT"},
    {"S3", "systemctl show -p MemoryMax SLICE"},
    {"S4", "free -m; swapon --show"},
    {"S5", "numactl -H; grep Mems /proc/PID/status; systemctl show -p AllowedMemoryNodes UNIT"},
    {"S6", "journalctl -b | grep -i sysrq"},
    {"S7", "sysctl vm.oom_kill_allocating_task"},
    {"S9", "sysctl vm.panic_on_oom"},
    {"C1", "systemctl status UNIT"},
    {"C2", "journalctl MESSAGE_ID=ae8f7b866b0347b9af31fe1c80b127c0 UNIT=UNIT"},
    {"C5", "redis-cli INFO persistence"},
    {"C6", "grep -i shmem /proc/meminfo; ipcs -m; grep -i pss /proc/PID/smaps_rollup"},
    {"C7", "df -h -t tmpfs -t devtmpfs; ls -lS /dev/shm; lsof +L1"},
    {"C8", "slabtop -s c -o"},
    {"C9", "slabtop -s c -o"},
    {"C10", "grep -E 'PageTables|HugePages' /proc/meminfo; grep VmPTE /proc/*/status"},
    {"C11", "grep Huge /proc/meminfo; sysctl vm.nr_hugepages"},
    {"C12", "grep VmLck /proc/*/status"},
    {"C13", "grep -E 'Percpu|VmallocUsed' /proc/meminfo; sort -k2 -n /proc/vmallocinfo | tail; zramctl; lsmod"},
    {"C14", "dmesg | grep -i -E 'balloon|crashkernel|Memory:'"},
    {"C15", "free -m; swapon --show"},
    {"C17", "systemctl show -p MemorySwapMax UNIT; grep -E 'Unevictable|Mlocked' /proc/meminfo"},
    {"C18", "cat /proc/buddyinfo; grep compact /proc/vmstat"},
    {"C20", "grep -E 'Node|free |min |managed' /proc/zoneinfo"},
    {"C21", "ss -tmi"},
    {"C22", "grep -E 'Dirty|Writeback' /proc/meminfo; iostat -x 1 3"},
    {"C23", "df -h -t tmpfs   # inside the container"},
    {"C25", "systemctl show -p MemorySwapMax UNIT"},
}};

void apply(std::span<const NamedRule> rules, const Scene& scene, std::vector<Finding>& findings) {
  for (const NamedRule& rule : rules) {
    if (std::optional<Finding> finding = rule.rule(scene)) {
      finding->evidence.rule = std::string_view(rule.id);
      findings.push_back(std::move(*finding));
    }
  }
}

}  // namespace

std::vector<Finding> apply_rules(const Scene& scene) {
  std::vector<Finding> findings;
  for (const std::span<const NamedRule> rules : {scope_rules(), process_rules(), kernel_memory_rules(), swap_rules(),
                                                 zone_rules(), cgroup_rules(), kill_rules()}) {
    apply(rules, scene, findings);
  }
  return findings;
}

const Finding* find(const std::vector<Finding>& findings, RuleId rule) {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.evidence.rule == std::string_view(rule);
  });
  return found == findings.end() ? nullptr : &*found;
}

bool fired(const std::vector<Evidence>& evidence, std::string_view rule) {
  return std::any_of(evidence.begin(), evidence.end(), [&](const Evidence& e) { return e.rule == rule; });
}

std::string_view confirming_command(std::string_view rule) {
  const auto found = std::find_if(kConfirmations.begin(), kConfirmations.end(),
                                  [&](const Confirmation& entry) { return std::string_view(entry.rule) == rule; });
  return found == kConfirmations.end() ? std::string_view() : found->command;
}

}  // namespace oomwhy
