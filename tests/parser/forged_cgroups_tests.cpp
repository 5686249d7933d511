// Cgroups that are called what the kernel prints. Whoever has a cgroup of their own (a container, a user's session)
// gives what is below it any name of up to 255 bytes without a slash or a newline (kernel/cgroup/cgroup.c:
// cgroup_mkdir()). The reports are written from the formats of mm/oom_kill.c and mm/memcontrol.c.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

namespace {

using Lines = std::vector<std::string>;

// A slash in one stands for a cgroup inside a cgroup.
const Lines kNames = {"x killed as a result of limit of /y",
                      "x killed as a result of limit of",
                      "x are going to be killed due to memory.oom.group set",
                      "x,task_memcg=/y",
                      "x,task_memcg=",
                      "x,oom_memcg=/y",
                      "x,oom_memcg=/y,task_memcg=/y",
                      "x,mems_allowed=7",
                      "x,mems_allowed=7,oom_memcg=/y,task_memcg=/y",
                      "x,global_oom",
                      "x,global_oom,task_memcg=/y",
                      "x,task=init",
                      "x,task=init,pid=1,uid=0",
                      "x,pid=1,uid=0",
                      "x: cache:0KB rss:4KB unevictable:0KB",
                      "x:",
                      ":",
                      "x) total-vm:1kB",
                      "Out of memory: Killed process 1 (init) total-vm:4kB",
                      "oom-kill:constraint=CONSTRAINT_NONE",
                      "x invoked oom-killer: gfp_mask=0x0(), order=0",
                      "(name too long)",
                      "x...",
                      "a  b",
                      " both ends",
                      "\x1b[31mred",
                      std::string("\xe2\x80\xae") + "cod",
                      "\xff\xfe"};

struct Place {
  std::string limit, victim;
};

// The name is that of both cgroups, of the victim's alone, of the limit's alone.
std::vector<Place> places(const std::string& name) {
  return {{"/" + name, "/" + name}, {"/a.slice", "/a.slice/" + name}, {"/" + name, "/" + name + "/b.service"}};
}

const std::string kKilled =
    "Killed process 77 (hog) total-vm:120000kB, anon-rss:119000kB, file-rss:1000kB, shmem-rss:0kB";

const Lines kTable = {"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
                      "[     77]  1000    77    30000    30000    94208        0             0 hog",
                      "[     78]     0    78      500      100    45056        0             0 helper"};

Lines joined(const std::vector<Lines>& parts) {
  Lines lines;
  for (const Lines& part : parts) lines.insert(lines.end(), part.begin(), part.end());
  return lines;
}

Lines cgroup_6_1(const Place& at) {
  return joined(
      {{"hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
        "CPU: 0 PID: 77 Comm: hog Not tainted 6.1.0-56-cloud-amd64 #1  Debian 6.1.187-1",
        "memory: usage 122880kB, limit 122880kB, failcnt 5", "swap: usage 0kB, limit 9007199254740988kB, failcnt 0",
        "Memory cgroup stats for " + at.limit + ":", "anon 121856000", "Tasks state (memory values in pages):"},
       kTable,
       {"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=" + at.limit +
            ",task_memcg=" + at.victim + ",task=hog,pid=77,uid=1000",
        "Memory cgroup out of memory: " + kKilled + ", UID:1000 pgtables:92kB oom_score_adj:0",
        "Tasks in " + at.victim + " are going to be killed due to memory.oom.group set",
        "Memory cgroup out of memory: Killed process 78 (helper) total-vm:2000kB, anon-rss:300kB, file-rss:100kB, "
        "shmem-rss:0kB, UID:0 pgtables:44kB oom_score_adj:0"}});
}

Lines cgroup_4_15(const Place& at) {
  return joined(
      {{"hog invoked oom-killer: gfp_mask=0x14000c0(GFP_KERNEL), nodemask=(null), order=0, oom_score_adj=0",
        "hog cpuset=/ mems_allowed=0",
        "CPU: 1 PID: 77 Comm: hog Tainted: P           OE    4.15.0-213-generic #224-Ubuntu",
        "Task in " + at.victim + " killed as a result of limit of " + at.limit,
        "memory: usage 122880kB, limit 122880kB, failcnt 5",
        "memory+swap: usage 122880kB, limit 9007199254740988kB, failcnt 0",
        "Memory cgroup stats for " + at.limit +
            ": cache:0KB rss:122000KB rss_huge:0KB shmem:0KB mapped_file:0KB dirty:0KB writeback:0KB swap:0KB "
            "inactive_anon:0KB active_anon:122000KB inactive_file:0KB active_file:0KB unevictable:0KB"},
       kTable,
       {"Memory cgroup out of memory: Kill process 77 (hog) score 651 or sacrifice child", kKilled}});
}

Lines host_6_1(const std::string& cpuset, const std::string& victim) {
  Lines lines = whole_report("hog", 77, 77);
  const auto at =
      std::find_if(lines.begin(), lines.end(), [](const std::string& l) { return l.starts_with("oom-kill:"); });
  *at = "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=" + cpuset +
        ",mems_allowed=0,global_oom,task_memcg=" + victim + ",task=hog,pid=77,uid=0";
  return lines;
}

OomEvent only_event(const Lines& lines) {
  const Assembled read = assemble(with_prefix("[   12.000000] ", lines));
  REQUIRE(read.events.size() == 1);
  for (const Diagnostic& each : read.summary.diagnostics) {
    INFO(each.text);
    CHECK(each.kind != DiagnosticKind::Contradiction);
  }
  return read.events.front();
}

void check_victim(const OomEvent& event, const std::string& cgroup) {
  REQUIRE_FALSE(event.victims.empty());
  const Victim& victim = event.victims.front();
  CHECK(victim.pid == 77);
  CHECK(victim.comm == "hog");
  CHECK(victim.cgroup == cgroup);
  CHECK(event.completeness.grade == Grade::A);
}

void check_cgroup_kill(const OomEvent& event, const Place& at) {
  check_victim(event, at.victim);
  const Victim& victim = event.victims.front();
  CHECK(victim.total_vm == Kibibytes{120000});
  CHECK(victim.anon_rss == Kibibytes{119000});
  CHECK(event.constraint == Constraint::Memcg);
  REQUIRE(event.memcg);
  CHECK(event.memcg->limiting == at.limit);
  CHECK(event.memcg->victim == at.victim);
  REQUIRE(event.memcg->memory);
  CHECK(event.memcg->memory->limit == Kibibytes{122880});
}

}  // namespace

TEST_CASE("the cgroups of a kill are the kernel's, whatever they are called") {
  for (const std::string& name : kNames) {
    for (const Place& at : places(name)) {
      INFO("limit \"" << at.limit << "\", victim \"" << at.victim << "\"");
      const OomEvent event = only_event(cgroup_6_1(at));
      check_cgroup_kill(event, at);
      REQUIRE(event.victims.size() == 2);
      CHECK(event.victims.back().pid == 78);
      CHECK(event.victims.back().cgroup == at.victim);
      CHECK(event.memcg->stats.size() == 1);
    }
  }
}

TEST_CASE("before 5.0, too, the cgroups of a kill are the kernel's, whatever they are called") {
  for (const std::string& name : kNames) {
    for (const Place& at : places(name)) {
      INFO("limit \"" << at.limit << "\", victim \"" << at.victim << "\"");
      const OomEvent event = only_event(cgroup_4_15(at));
      check_cgroup_kill(event, at);
      CHECK(event.memcg->stats.size() == 13);
    }
  }
}

TEST_CASE("the cgroup of a host's victim is the kernel's, whatever it or the cpuset is called") {
  for (const std::string& name : kNames) {
    INFO('"' << name << '"');
    const OomEvent of_victim = only_event(host_6_1("/", "/user.slice/" + name));
    check_victim(of_victim, "/user.slice/" + name);
    CHECK(of_victim.constraint == Constraint::None);
    if (name.find('/') != std::string::npos) continue;  // a cpuset is printed without those above it
    const OomEvent of_cpuset = only_event(host_6_1(name, "/user.slice"));
    check_victim(of_cpuset, "/user.slice");
    CHECK(of_cpuset.cpuset == name);
    CHECK(of_cpuset.mems_allowed == "0");
  }
}
