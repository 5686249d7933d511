// Lines that say who was killed. Expected values stand in the lines themselves; the lines are the kernel's formats
// (mm/oom_kill.c of the named versions), or a real kernel's output.
#include <catch2/catch.hpp>
#include <string>

#include "parser/grammar.hpp"
#include "tests/parser/classified.hpp"

using namespace oomwhy;
using oomwhy::test::read;

namespace {

std::optional<std::uint64_t> count(const std::optional<Kibibytes>& size) {
  return size ? std::optional(size->count) : std::nullopt;
}

using Number = std::optional<std::uint64_t>;
constexpr auto none = std::nullopt;

struct KilledCase {
  std::string line;
  KillMessage message;
  std::uint32_t pid;
  std::string comm;
  Number uid, total_vm, anon, file, shmem, pgtables;
  std::optional<int> adj;
  bool cut;
};

void check(const KilledCase& expected) {
  INFO(expected.line);
  const Fact fact = classify(expected.line);
  REQUIRE(std::holds_alternative<Killed>(fact));
  const Killed& killed = std::get<Killed>(fact);
  CHECK(killed.message == expected.message);
  CHECK(killed.pid == expected.pid);
  CHECK(killed.comm == expected.comm);
  CHECK(Number(killed.uid) == expected.uid);
  CHECK(count(killed.total_vm) == expected.total_vm);
  CHECK(count(killed.anon_rss) == expected.anon);
  CHECK(count(killed.file_rss) == expected.file);
  CHECK(count(killed.shmem_rss) == expected.shmem);
  CHECK(count(killed.pgtables) == expected.pgtables);
  CHECK(killed.oom_score_adj == expected.adj);
  CHECK(killed.cut == expected.cut);
}

constexpr auto no_message = KillMessage::None;
constexpr auto global = KillMessage::OutOfMemory;
constexpr auto memcg = KillMessage::MemoryCgroup;

}  // namespace

TEST_CASE("a kill is read in the wording of every kernel") {
  // 2.6.18, EL5, 2.6.20, 2.6.33, 2.6.36, EL6, 4.5, EL7.7, 5.1, EL8.3, 5.4.
  const KilledCase cases[] = {
      {"Out of memory: Killed process 4830 (httpd).", global, 4830, "httpd", none, none, none, none, none, none, none,
       false},
      {"Out of memory: Killed process 4821, UID 48, (httpd).", global, 4821, "httpd", 48, none, none, none, none, none,
       none, false},
      {"Killed process 1240 (httpd)", no_message, 1240, "httpd", none, none, none, none, none, none, none, false},
      {"Killed process 1240 (httpd) vsz:217284kB, anon-rss:40000kB, file-rss:120kB", no_message, 1240, "httpd", none,
       217284, 40000, 120, none, none, none, false},
      {"Killed process 40738 (mysqld) total-vm:6424316kB, anon-rss:13128kB, file-rss:4kB", no_message, 40738, "mysqld",
       none, 6424316, 13128, 4, none, none, none, false},
      {"Killed process 40738, UID 27, (mysqld) total-vm:6424316kB, anon-rss:13128kB, file-rss:4kB", no_message, 40738,
       "mysqld", 27, 6424316, 13128, 4, none, none, none, false},
      {"Killed process 6576 (mysqld) total-vm:33914892kB, anon-rss:20629004kB, file-rss:0kB, shmem-rss:0kB", no_message,
       6576, "mysqld", none, 33914892, 20629004, 0, 0, none, none, false},
      {"Killed process 6576 (mysqld), UID 27, total-vm:33914892kB, anon-rss:20629004kB, file-rss:0kB, shmem-rss:8kB",
       no_message, 6576, "mysqld", 27, 33914892, 20629004, 0, 8, none, none, false},
      {"Memory cgroup out of memory: Killed process 77 (java) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB",
       memcg, 77, "java", none, 8, 4, 0, 0, none, none, false},
      {"Out of memory: Killed process 77 (java) total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB, UID:1000",
       global, 77, "java", 1000, 8, 4, 0, 0, none, none, false},
      {"Out of memory: Killed process 473206 (doxygen) total-vm:30290680kB, anon-rss:9234320kB, file-rss:4kB, "
       "shmem-rss:0kB, UID:504 pgtables:59264kB oom_score_adj:-998",
       global, 473206, "doxygen", 504, 30290680, 9234320, 4, 0, 59264, -998, false},
  };
  for (const KilledCase& each : cases) check(each);
}

TEST_CASE("the words in front of a kill tell its scope") {
  const std::pair<std::string, KillMessage> cases[] = {
      {"Out of Memory: ", KillMessage::OutOfMemory},
      {"Memory cgroup out of memory: ", KillMessage::MemoryCgroup},
      {"Out of memory (oom_kill_allocating_task): ", KillMessage::AllocatingTask},
      {"No available memory (MPOL_BIND): ", KillMessage::MempolicyBind},
      {"No available memory in cpuset: ", KillMessage::Cpuset},
  };
  for (const auto& [words, message] : cases) {
    CHECK(read<Killed>(words + "Killed process 12 (a).").message == message);
    CHECK(read<KillIntent>(words + "Kill process 12 (a) score 3 or sacrifice child").message == message);
  }
}

TEST_CASE("a name that imitates the kill line is kept whole") {
  const std::string names[] = {"x) total-vm:1kB",  // 15 bytes
                               "a) total-vm:",
                               "a)b (c",
                               "(sd-pam)",
                               "process 1 (ini",
                               "Killed process",
                               "",
                               " ",
                               "trailing   ",
                               "  lead",
                               "new\nline",
                               "ret\rurn",
                               "]",
                               "x) [1]: (y",
                               "\xff\xfe"
                               "bad\x80",
                               "\x1b[31mred",
                               "a), UID 0, ",
                               "x) vsz:1kB"};
  for (const std::string& name : names) {
    const std::string head = "Out of memory: Killed process 77 (" + name + ")";
    const std::string tail = "total-vm:8kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB";
    CHECK(read<Killed>(head + " " + tail + ", UID:5 pgtables:4kB oom_score_adj:0").comm == name);
    CHECK(read<Killed>(head + ", UID 5, " + tail).comm == name);
    CHECK(read<Killed>("Killed process 77, UID 5, (" + name + ") vsz:8kB, anon-rss:4kB, file-rss:0kB").comm == name);
    CHECK(read<KillIntent>("Out of memory: Kill process 77 (" + name + ") score 5 or sacrifice child").comm == name);
    CHECK(read<SharingMm>("Kill process 77 (" + name + ") sharing same memory").comm == name);
    CHECK(read<Reaped>("oom_reaper: reaped process 77 (" + name + "), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB")
              .comm == name);
    CHECK(read<UnableToReap>("oom_reaper: unable to reap pid:77 (" + name + ")").comm == name);
    CHECK(read<AlreadyExiting>("Memory cgroup out of memory: OOM victim 77 (" + name +
                               ") is already exiting. Skip killing the task")
              .comm == name);
  }
}

TEST_CASE("a kill line that was cut gives what is certain, and says that it was cut") {
  const std::string head = "Out of memory: Killed process 77 (java) ";
  const KilledCase cases[] = {
      {head, global, 77, "java", none, none, none, none, none, none, none, true},
      {head + "tot", global, 77, "java", none, none, none, none, none, none, none, true},
      {head + "total-vm:", global, 77, "java", none, none, none, none, none, none, none, true},
      {head + "total-vm:293", global, 77, "java", none, none, none, none, none, none, none, true},
      {head + "total-vm:293428kB,", global, 77, "java", none, 293428, none, none, none, none, none, true},
      {head + "total-vm:293428kB, anon-...", global, 77, "java", none, 293428, none, none, none, none, none, true},
      // "anon-rss:1926" may have been 1926092.
      {head + "total-vm:8kB, anon-rss:1926", global, 77, "java", none, 8, none, none, none, none, none, true},
      {head + "total-vm:8kB, anon-rss:4kB, file-rss:2kB,", global, 77, "java", none, 8, 4, 2, none, none, none, true},
      {head + "total-vm:8kB, anon-rss:4kB, file-rss:2kB, shmem-rss:0kB, UID:10>", global, 77, "java", none, 8, 4, 2, 0,
       none, none, true},
      {head + "total-vm:8kB, anon-rss:4kB, file-rss:2kB, shmem-rss:0kB, UID:10 pgtables:252", global, 77, "java", 10, 8,
       4, 2, 0, none, none, true},
      {head + "total-vm:8kB, anon-rss:4kB, file-rss:2kB, shmem-rss:0kB, UID:10 pgtables:252kB "
              "oom_score_adj:-9\xe2\x80\xa6",
       global, 77, "java", 10, 8, 4, 2, 0, 252, none, true},
      {"Killed process 77 (java), UID 10", no_message, 77, "java", none, none, none, none, none, none, none, true},
      // An author who shortened the line; the kernels that print this message print figures.
      {"Out of memory: Killed process 13432 (mem_on_node1)", global, 13432, "mem_on_node1", none, none, none, none,
       none, none, none, true},
  };
  for (const KilledCase& each : cases) check(each);
}

TEST_CASE("a kill line that ends inside the name may go on in the next line") {
  const std::string lines[] = {"Memory cgroup out of memory: Killed process 313 (new",
                               "Killed process 313 (a)b",
                               "Out of memory: Killed process 313",
                               "Out of memory: Kill process 313 (x",
                               "Out of memory: Kill",
                               "Out of memory: Killed proc",
                               "Memory cgroup out of memory: OOM vic"};
  for (const std::string& line : lines) {
    const Damaged damaged = read<Damaged>(line);
    CHECK(damaged.may_continue);
    CHECK(damaged.kind == "kill line");
    CHECK(may_continue(classify(line)));
  }
}

TEST_CASE("a wrapped kill line is whole again when its lines are joined") {
  for (const std::string joint : {" ", "\n"}) {
    const KillIntent intent =
        read<KillIntent>("Out of memory: kill process 3500 (x-session-manag)" + joint + "score 410763 or a child");
    CHECK(intent.comm == "x-session-manag");
    CHECK(intent.score == 410763);
    CHECK_FALSE(intent.cut);
    const Killed killed = read<Killed>("Killed process 12 (a) total-vm:8kB," + joint + "anon-rss:4kB, file-rss:1kB");
    CHECK(killed.comm == "a");
    CHECK(count(killed.file_rss) == 1);
    CHECK_FALSE(killed.cut);
    CHECK(read<Killed>("Killed process 12 (a)" + joint + "total-vm:8kB, anon-rss:4kB, file-rss:1kB").comm == "a");
  }
}

TEST_CASE("numbers of a kill line that do not fit are left out or make it damaged") {
  CHECK(read<Damaged>("Out of memory: Killed process 99999999999 (a) total-vm:8kB, anon-rss:4kB, file-rss:0kB")
            .out_of_range);
  CHECK(read<Damaged>("Killed process 99999999999 (a)").out_of_range);
  CHECK(read<Damaged>("Out of memory: Kill process 5 (a) score 99999999999999999999 or sacrifice child").out_of_range);
  const Killed killed =
      read<Killed>("Killed process 12 (a) total-vm:99999999999999999999999kB, anon-rss:4kB, file-rss:1kB");
  CHECK(killed.out_of_range);
  CHECK_FALSE(killed.total_vm);
  CHECK(count(killed.anon_rss) == 4);
}

TEST_CASE("broken kill lines are damaged and do not wait for more") {
  for (const std::string line :
       {"Out of memory: Killed process x123 (a) total-vm:8kB", "Out of memory: Killed process 123 a total-vm:8kB",
        "Out of memory: Kill process 123 sshd score 5 or sacrifice child"}) {
    CHECK_FALSE(read<Damaged>(line).may_continue);
  }
}

TEST_CASE("a word that a copy mangled costs only its own field") {
  const Killed killed = read<Killed>(
      "Out of memory: Killed process 6311 (cpptools) total-vm:1993888kB, anon-rss:1926092kB, file-rss:16852kB, "
      "shmem-# rss:0kB, UID:1000 pgtables:3992kB oom_score_adj:0");
  CHECK(count(killed.anon_rss) == 1926092);
  CHECK_FALSE(killed.shmem_rss);
  CHECK(killed.uid == 1000);
  CHECK_FALSE(killed.cut);
}

TEST_CASE("the score belongs to the process that was to be killed") {
  struct {
    std::string line;
    std::uint32_t pid;
    std::optional<std::int64_t> score;
    bool cut;
  } const cases[] = {
      {"Out of Memory: Kill process 29712 (mysqld) score 36803 and children.", 29712, 36803, false},
      {"Out of memory: kill process 2842 (a.out) score 494723 or a child", 2842, 494723, false},
      {"Out of memory: Kill process 6576 (mysqld) score 651 or sacrifice child", 6576, 651, false},
      {"Out of memory: kill process 7 (x) score -1 or a child", 7, -1, false},  // ULONG_MAX as %li
      {"Out of memory: Kill process 6576 (mysqld) score 6", 6576, none, true},  // may have been 651
      {"Out of memory: Kill process 6576 (mysqld) score 651 ", 6576, 651, true},
      {"Out of memory: Kill process 6576 (mysqld) sco...", 6576, none, true},
      {"Out of memory: Kill process 6576 (mysqld)", 6576, none, true},
  };
  for (const auto& each : cases) {
    const KillIntent intent = read<KillIntent>(each.line);
    CHECK(intent.pid == each.pid);
    CHECK(intent.score == each.score);
    CHECK(intent.cut == each.cut);
  }
}

TEST_CASE("further lines about victims") {
  CHECK(read<SharingMm>("Kill process 40741 (mysqld) sharing same memory").pid == 40741);
  CHECK(read<GroupKill>("Tasks in /a b/c are going to be killed due to memory.oom.group set").path == "/a b/c");
  CHECK(read<Damaged>("Tasks in /kubepods/burstable are going to be").may_continue);
  const WouldHaveKilled spared = read<WouldHaveKilled>("Would have killed process 33 (a). But continuing instead.");
  CHECK(spared.pid == 33);
  CHECK(spared.comm == "a");
  const MmPinned pinned = read<MmPinned>("oom killer 1234 (a) has mm pinned by 1 (systemd)");
  CHECK(pinned.pid == 1234);
  CHECK(pinned.comm == "a");
  const AlreadyExiting exiting =
      read<AlreadyExiting>("Out of memory: OOM victim 299 (pool) is already exiting. Skip killing the task");
  CHECK(exiting.pid == 299);
  CHECK(exiting.message == KillMessage::OutOfMemory);
}

TEST_CASE("what the reaper did") {
  const Reaped reaped =
      read<Reaped>("oom_reaper: reaped process 21525 (trinity-c15), now anon-rss:1kB, file-rss:2kB, shmem-rss:82072kB");
  CHECK(reaped.pid == 21525);
  CHECK(count(reaped.anon_rss) == 1);
  CHECK(count(reaped.file_rss) == 2);
  CHECK(count(reaped.shmem_rss) == 82072);
  CHECK_FALSE(reaped.cut);
  const Reaped cut = read<Reaped>("oom_reaper: reaped process 5 (a), now anon-rss:0kB, file-rss:0kB, shmem-rss:82");
  CHECK_FALSE(cut.shmem_rss);
  CHECK(cut.cut);
  CHECK(read<UnableToReap>("oom_reaper: unable to reap pid:77 (java)").comm == "java");
  CHECK(read<UnableToReap>("oom_reaper: giving up pid:77 (java)").pid == 77);
  CHECK(read<Damaged>("oom_reaper: reaped process 12").may_continue);
  CHECK(read<Damaged>("oom_reaper: reaped process 99999999999 (a), now anon-rss:0kB").out_of_range);
}

TEST_CASE("what is no kernel kill is unrelated") {
  const std::string lines[] = {
      "Out of memory",
      "Out of memory: Java heap space",
      "Out of memory: Killing the cache",
      "java.lang.OutOfMemoryError: Out of memory: Killed process 12 (a)",
      "watchdog: Killed process 12 (a) total-vm:8kB",
      "Killed process foo",
      "Killed process 12 because it was slow",
      "Kill process 12 now",
      "Killed 3 processes",
      "Kill",
      "Would have killed you",
      "Tasks in progress are going to be killed",
      "oom killer disabled",
      "OOM killer enabled.",
      "OOM killer disabled.",
      "oom_reaper: started",
      "lowmemorykiller: Killing 'd.play.games.ui' (2613), adj 1000,",
      "send sigkill to 2613 (d.play.games.ui), adj 1000, size 5196",
      "sending SIGTERM to process 2232050 uid 1000 \"bun\": oom_score 712, oom_score_adj 0, VmRSS 4514 MiB",
      "Killed /system.slice/eater.service due to memory pressure for /system.slice being 62.07% > 50.00%",
      "Invoking oom killer: done",
      "PANIC: Out of memory: compulsory panic_on_oom is enabled",
      "VM: killing process httpd",
      "eater.service: A process of this unit has been killed by the OOM killer.",
      "The kernel OOM killer killed some processes in this unit.",
  };
  for (const std::string& line : lines) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}
