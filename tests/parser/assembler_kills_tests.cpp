// Who is a victim of which report, and what ends a report without one.
#include <catch2/catch.hpp>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

namespace {

using Lines = std::vector<std::string>;

std::string killed(unsigned pid, const std::string& message = "Memory cgroup out of memory: ") {
  return message + "Killed process " + std::to_string(pid) +
         " (worker) total-vm:1096kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:28kB oom_score_adj:0";
}

}  // namespace

TEST_CASE("a group kill is one event, and a process that it names twice is one victim") {
  const auto [events, summary] = assemble(Lines{
      killed(299), "Tasks in /system.slice/pool.service are going to be killed due to memory.oom.group set",
      killed(293), "Memory cgroup out of memory: OOM victim 294 (worker) is already exiting. Skip killing the task",
      "Memory cgroup out of memory: OOM victim 299 (worker) is already exiting. Skip killing the task"});
  REQUIRE(events.size() == 1);
  const auto& victims = events[0].victims;
  REQUIRE(victims.size() == 3);
  CHECK((victims[0].pid == 299U && victims[0].role == VictimRole::Chosen && !victims[0].already_exiting));
  CHECK((victims[1].pid == 293U && victims[1].role == VictimRole::Group));
  CHECK((victims[2].pid == 294U && victims[2].already_exiting));
  // Without the report's first lines its own kill may be among what is lost.
  CHECK(victims[2].exit_in_doubt);
  CHECK(events[0].group_kill_path == "/system.slice/pool.service");
}

// A guest of tests/lab, 6.1.0-56-cloud-amd64; its /proc/vmstat counted three kills. The service manager had ended 242.
TEST_CASE("of a group one was ended by another than the kernel") {
  const std::string cgroup = "Memory cgroup out of memory: ";
  const std::string tail = ", shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:0";
  const auto [events, summary] = assemble(
      Lines{cgroup + "Killed process 241 (worker-pool) total-vm:57580kB, anon-rss:46424kB, file-rss:3208kB" + tail,
            "Tasks in /system.slice/worker-pool.service are going to be killed due to memory.oom.group set",
            cgroup + "Killed process 240 (worker-pool) total-vm:16460kB, anon-rss:5436kB, file-rss:6048kB" + tail,
            cgroup + "OOM victim 241 (worker-pool) is already exiting. Skip killing the task",
            cgroup + "OOM victim 242 (worker-pool) is already exiting. Skip killing the task",
            cgroup + "Killed process 243 (worker-pool) total-vm:33936kB, anon-rss:21640kB, file-rss:3104kB" + tail});
  REQUIRE(events.size() == 1);
  std::vector<std::uint32_t> killed, exiting;
  for (const Victim& victim : events[0].victims) (victim.already_exiting ? exiting : killed).push_back(victim.pid);
  CHECK(killed == std::vector<std::uint32_t>{241, 240, 243});
  CHECK(exiting == std::vector<std::uint32_t>{242});
}

TEST_CASE("bare kill lines behind a whole report are events of their own") {
  const auto [events, summary] = assemble(whole_report("php", 300, 341) + Lines{killed(401), killed(402)});
  REQUIRE(events.size() == 3);
  CHECK(events[0].completeness.grade == Grade::A);
  CHECK(events[1].completeness.grade == Grade::C);
  CHECK(events[2].victims[0].pid == 402U);
}

TEST_CASE("what was lost between two reports, or inside one, is said of the report behind the hole") {
  const Lines lost = {"Missed 542 kernel messages"};
  const auto [events, summary] =
      assemble(whole_report("php", 300, 341) + lost + whole_report("php", 301, 342) + Lines{killed(401)});
  REQUIRE(events.size() == 3);
  CHECK_FALSE(events[0].completeness.records_lost);
  CHECK(events[1].completeness.records_lost);
  CHECK_FALSE(events[2].completeness.records_lost);
}

TEST_CASE("a child that dies in the chosen one's place is the victim, and the chosen one is kept") {
  const auto [events, summary] =
      assemble(Lines{"Out of memory: Kill process 6344 (sh) score 12 or sacrifice child",
                     "Killed process 6345 (sleep) total-vm:1736kB, anon-rss:44kB, file-rss:200kB"});
  REQUIRE(events.size() == 1);
  CHECK(events[0].victims[0].pid == 6345U);
  CHECK(events[0].victims[0].role == VictimRole::Child);
  REQUIRE(events[0].chosen);
  CHECK(events[0].chosen->pid == 6344U);
  CHECK(events[0].chosen->score == 12);
}

TEST_CASE("only the oom-kill line is left: it names the victim without figures") {
  const auto [events, summary] =
      assemble(Lines{"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a,"
                     "task_memcg=/a/b,task=dd,pid=6911,uid=0"});
  REQUIRE(events.size() == 1);
  CHECK(events[0].victims[0].pid == 6911U);
  CHECK_FALSE(events[0].victims[0].anon_rss);
  CHECK(events[0].memcg->limiting == "/a");
  CHECK(events[0].completeness.grade == Grade::C);
}

TEST_CASE("the oom_reaper's word reaches a victim whose report is over") {
  const auto [events, summary] =
      assemble(Lines{killed(10), killed(11),
                     "oom_reaper: reaped process 10 (worker), now anon-rss:0kB, file-rss:0kB, "
                     "shmem-rss:0kB",
                     "oom_reaper: unable to reap pid:11 (worker)"});
  REQUIRE(events.size() == 2);
  CHECK(events[0].victims[0].reaped == true);
  CHECK(events[1].victims[0].reaped == false);
}

TEST_CASE("endings without a kill") {
  const Lines head = {"a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0"};
  struct Case {
    Lines ending;
    Outcome outcome;
  };
  const auto ending = GENERATE(
      Case{{"Out of memory and no killable processes..."}, Outcome::NoKillable},
      Case{{"Out of memory and no killable processes...", "Kernel panic - not syncing: System is deadlocked on memory"},
           Outcome::Deadlock},
      Case{{"Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled"}, Outcome::Panic},
      Case{{}, Outcome::Unknown});
  const auto [events, summary] = assemble(head + ending.ending);
  REQUIRE(events.size() == 1);
  CHECK(events[0].outcome == ending.outcome);
  CHECK(events[0].victims.empty());
}

TEST_CASE("a kill that an administrator asked for is manual") {
  const auto [events, summary] = assemble(
      Lines{"SysRq : Manual OOM execution", "events/0 invoked oom-killer: gfp_mask=0xd0, order=0, oomkilladj=0"});
  REQUIRE(events.size() == 1);
  CHECK(events[0].trigger.manual);
}

TEST_CASE("a limit that stands for no limit is absent, and gives the page size away") {
  const auto [events, summary] = assemble(Lines{"memory: usage 102400kB, limit 102400kB, failcnt 51",
                                                "memory+swap: usage 102400kB, limit 9007199254740928kB, failcnt 0"});
  REQUIRE(events.size() == 1);
  CHECK(events[0].memcg->memory->limit == Kibibytes{102400});
  CHECK_FALSE(events[0].memcg->memsw->limit);
  // PAGE_COUNTER_MAX of 64 KiB pages.
  CHECK(events[0].page_size == PageSize{65536, Certainty::Derived});
}

TEST_CASE("page tables that the kernel printed in bytes and called kB are put right, and said so") {
  // 5.4.0 to 5.4.13: 94208 bytes are 92 kB.
  auto lines = whole_report("php", 300, 341);
  const auto at = lines.back().find("pgtables:92kB");
  lines.back().replace(at, 13, "pgtables:94208kB");
  const auto [events, summary] = assemble(lines);
  REQUIRE(events.size() == 1);
  CHECK(events[0].victims[0].pgtables == Kibibytes{92});
  REQUIRE(summary.diagnostics.size() == 1);
  CHECK(summary.diagnostics[0].kind == DiagnosticKind::Contradiction);
}

// Whoever may make cgroups may call one "x,task_memcg=".
TEST_CASE("where a limit is called like a field, the path of its statistics tells where it ends") {
  const std::string line =
      "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/x,task_memcg=/x/k,"
      "task_memcg=/x,task_memcg=/x/k/y,task=dd,pid=6911,uid=0";
  const auto [events, summary] = assemble(Lines{"Memory cgroup stats for /x,task_memcg=/x/k:", line});
  REQUIRE(events.size() == 1);
  CHECK(events[0].memcg->limiting == "/x,task_memcg=/x/k");
  CHECK(events[0].victims[0].cgroup == "/x,task_memcg=/x/k/y");
  // Of another limit the statistics say nothing: in the line alone the shortest is taken.
  const auto [alone, unused] = assemble(Lines{line});
  CHECK(alone[0].memcg->limiting == "/x");
  CHECK(alone[0].victims[0].cgroup == "/x/k,task_memcg=/x,task_memcg=/x/k/y");
}
