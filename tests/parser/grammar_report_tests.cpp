// Lines that frame a report: invocation, cpuset, CPU and Pid lines, the summary. Lines are the kernel's formats
// (kernel-formats: 2.1 to 2.3, 2.10) or a real kernel's output; what is expected stands in them.
#include <catch2/catch.hpp>
#include <string>

#include "parser/grammar.hpp"
#include "tests/parser/classified.hpp"

using namespace oomwhy;
using oomwhy::test::read;

namespace {

using Text = std::optional<std::string>;
constexpr auto none = std::nullopt;

Text text(const std::optional<std::string_view>& view) { return view ? Text(std::string(*view)) : none; }

struct InvocationCase {
  std::string line;
  Text comm, mask, flags, nodemask;
  std::optional<int> order, score_adj, adj;
  bool cut;
};

void check(const InvocationCase& expected) {
  INFO(expected.line);
  const Fact fact = classify(expected.line);
  REQUIRE(std::holds_alternative<Invocation>(fact));
  const Invocation& invocation = std::get<Invocation>(fact);
  CHECK(text(invocation.comm) == expected.comm);
  CHECK(text(invocation.gfp_mask) == expected.mask);
  CHECK(text(invocation.gfp_flags) == expected.flags);
  CHECK(text(invocation.nodemask) == expected.nodemask);
  CHECK(invocation.order == expected.order);
  CHECK(invocation.oom_score_adj == expected.score_adj);
  CHECK(invocation.oom_adj == expected.adj);
  CHECK(invocation.cut == expected.cut);
}

struct SummaryCase {
  std::string line;
  Text constraint, nodemask, cpuset, mems, oom_memcg, task_memcg, task;
  bool global;
  std::optional<std::uint32_t> pid, uid;
  bool cut;
};

void check(const SummaryCase& expected) {
  INFO(expected.line);
  const Fact fact = classify(expected.line);
  REQUIRE(std::holds_alternative<ConstraintSummary>(fact));
  const ConstraintSummary& summary = std::get<ConstraintSummary>(fact);
  CHECK(text(summary.constraint) == expected.constraint);
  CHECK(text(summary.nodemask) == expected.nodemask);
  CHECK(text(summary.cpuset) == expected.cpuset);
  CHECK(text(summary.mems_allowed) == expected.mems);
  CHECK(text(summary.oom_memcg) == expected.oom_memcg);
  CHECK(text(summary.task_memcg) == expected.task_memcg);
  CHECK(text(summary.task) == expected.task);
  CHECK(summary.global_oom == expected.global);
  CHECK(summary.pid == expected.pid);
  CHECK(summary.uid == expected.uid);
  CHECK(summary.cut == expected.cut);
}

}  // namespace

TEST_CASE("an invocation is read in the wording of every kernel") {
  const InvocationCase cases[] = {
      // 2.6.18, EL5, 2.6.32, 2.6.36, 3.8, 4.6, 4.9, 4.11 (two blanks), 4.15, 5.0, sysrq, the page fault path.
      {"oom-killer: gfp_mask=0x280da, order=0", none, "0x280da", none, none, 0, none, none, false},
      {"httpd invoked oom-killer: gfp_mask=0x201d2, order=0, oomkilladj=0", "httpd", "0x201d2", none, none, 0, none, 0,
       false},
      {"a invoked oom-killer: gfp_mask=0x201da, order=0, oom_adj=-17", "a", "0x201da", none, none, 0, none, -17, false},
      {"a invoked oom-killer: gfp_mask=0x280da, order=0, oom_adj=0, oom_score_adj=5", "a", "0x280da", none, none, 0, 5,
       0, false},
      {"a invoked oom-killer: gfp_mask=0x201da, order=2, oom_score_adj=0", "a", "0x201da", none, none, 2, 0, none,
       false},
      {"a invoked oom-killer: gfp_mask=0x24201ca(GFP_HIGHUSER_MOVABLE|__GFP_COLD), order=0, oom_score_adj=0", "a",
       "0x24201ca", "GFP_HIGHUSER_MOVABLE|__GFP_COLD", none, 0, 0, none, false},
      {"a invoked oom-killer: gfp_mask=0x24201ca(GFP_NOFS), nodemask=0,2-3, order=0, oom_score_adj=0", "a", "0x24201ca",
       "GFP_NOFS", "0,2-3", 0, 0, none, false},
      {"a invoked oom-killer: gfp_mask=0x14200ca(GFP_HIGHUSER_MOVABLE), nodemask=(null),  order=0, oom_score_adj=0",
       "a", "0x14200ca", "GFP_HIGHUSER_MOVABLE", "(null)", 0, 0, none, false},
      {"syz-executor0 invoked oom-killer: gfp_mask=0x6200ca(GFP_HIGHUSER_MOVABLE), nodemask=(null), order=0, "
       "oom_score_adj=-1000",
       "syz-executor0", "0x6200ca", "GFP_HIGHUSER_MOVABLE", "(null)", 0, -1000, none, false},
      {"npm start invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), order=0, "
       "oom_score_adj=200",
       "npm start", "0x140dca", "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO", none, 0, 200, none, false},
      {"kworker/0:1 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0", "kworker/0:1", "0xcc0",
       "GFP_KERNEL", none, -1, 0, none, false},
      {"a invoked oom-killer: gfp_mask=0x0(), nodemask=(null),  order=0, oom_score_adj=0", "a", "0x0", "", "(null)", 0,
       0, none, false},
  };
  for (const InvocationCase& each : cases) check(each);
}

TEST_CASE("the name of the invoker is everything before the kernel's words") {
  const std::string names[] = {"MCR 0 interpret",
                               "Out of memory:",
                               "Killed process",
                               "process 1 (ini",
                               "Mem-Info:",
                               "]",
                               "[",
                               "1",
                               "0 0 0 0 name",
                               "[1] 0 1 2 3 4 5",
                               "Hardware name:",
                               "CPU: 0 PID: 1 ",
                               "Linux version",
                               "Call Trace:",
                               "anon 12",
                               "12 pages RAM",
                               "oom-killer:",
                               "a cpuset=b",
                               "ab,task=x,pid=1",
                               "new\nline",
                               "\xff\xfe"
                               "bad\x80",
                               "\x1b[31mred",
                               " ",
                               "  lead",
                               "trailing   "};
  for (const std::string& name : names) {
    INFO(name);
    CHECK(text(read<Invocation>(name + " invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0")
                   .comm) == name);
    const CpusetLine cpuset = read<CpusetLine>(name + " cpuset=/ mems_allowed=0-1");
    CHECK(cpuset.comm == name);
    CHECK(text(cpuset.cpuset) == "/");
    CHECK(text(cpuset.mems_allowed) == "0-1");
  }
}

TEST_CASE("an invocation that was cut gives what is certain") {
  const InvocationCase cases[] = {
      {"mem_on_node0 invoked oom-killer", "mem_on_node0", none, none, none, none, none, none, true},
      {"a invoked oom-killer:", "a", none, none, none, none, none, none, true},
      {"a invoked oom-killer: gfp_mask=0x14", "a", none, none, none, none, none, none, true},
      {"a invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOV", "a", "0x140dca", none, none, none, none, none, true},
      {"a invoked oom-killer: gfp_mask=0x6200ca(GFP_HIGHUSER_MOVABLE),  ", "a", "0x6200ca", "GFP_HIGHUSER_MOVABLE",
       none, none, none, none, true},
      {"a invoked oom-killer: gfp_mask=0xd0, order=0", "a", "0xd0", none, none, none, none, none, true},
      {"a invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=9...", "a", "0xd0", none, none, 0, none, none,
       true},
      {"a invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_", "a", "0xd0", none, none, 0, none, none, true},
      // A key that a hand copy misspelt is skipped.
      {"java invoked oom-killer: gfp_mask=0xd0, order=0, oom_adj=0, oom_scoe_adj=0", "java", "0xd0", none, none, 0,
       none, 0, false},
  };
  for (const InvocationCase& each : cases) check(each);
  CHECK(may_continue(classify("a invoked oom-killer: gfp_mask=0xd0,")));
  CHECK_FALSE(may_continue(classify("a invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0")));
}

TEST_CASE("a wrapped invocation is whole again when its lines are joined") {
  const Invocation joined = read<Invocation>(
      "oom invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|\n__GFP_ZERO), order=0, "
      "oom_score_adj=0");
  CHECK(text(joined.gfp_mask) == "0x140dca");
  CHECK(joined.order == 0);
  CHECK_FALSE(joined.cut);
}

TEST_CASE("an order or adj that does not fit is left out") {
  const Invocation invocation =
      read<Invocation>("a invoked oom-killer: gfp_mask=0xd0, order=99999999999999, oom_score_adj=0");
  CHECK_FALSE(invocation.order);
  CHECK(invocation.out_of_range);
  CHECK(invocation.oom_score_adj == 0);
}

TEST_CASE("a sentence that quotes an invocation is nobody's") {
  for (const std::string line :
       {"the machine was fine until java invoked oom-killer and then it was not",
        "Nov 20 12:00:01 this-is-a-very-long-host-name-for-a-machine app[77]: java invoked oom-killer: gfp_mask=0xd0",
        "invoked oom-killer", "java invoked oom-killers: order=0", "oom-killer: nothing", "mems_allowed=0",
        "cpuset: cpuset=/"}) {
    INFO(line);
    CHECK_FALSE(std::holds_alternative<Invocation>(classify(line)));
  }
}

TEST_CASE("a cpuset line printed in pieces is cut") {
  const CpusetLine cut = read<CpusetLine>("java cpuset=");
  CHECK(cut.cut);
  CHECK_FALSE(cut.cpuset);
  CHECK(read<CpusetLine>("java cpuset=/ mems_allowed=").cut);
  const CpusetLine docker = read<CpusetLine>("node cpuset=d96a8ea0 34 mems_allowed=0-1");
  CHECK(text(docker.cpuset) == "d96a8ea0 34");
}

TEST_CASE("the CPU line is read in the wording of every kernel") {
  struct {
    std::string line;
    std::optional<std::uint32_t> cpu, uid;
    std::uint32_t pid;
    std::string comm;
    Text tainted, release;
  } const cases[] = {
      {"Pid: 3124, comm: httpd Not tainted 2.6.32-5-amd64 #1", none, none, 3124, "httpd", none, "2.6.32-5-amd64"},
      {"Pid: 1, comm: init Not tainted (2.6.27 #1)", none, none, 1, "init", none, "2.6.27"},
      {"Pid: 30055, comm: PoolThread Tainted: G           E X 3.0.101-80-default #1", none, none, 30055, "PoolThread",
       "G           E X", "3.0.101-80-default"},
      {"Pid: 5, comm: x Tainted: G           --------------- H  2.6.32-279.el6.x86_64 #1", none, none, 5, "x",
       "G           --------------- H", "2.6.32-279.el6.x86_64"},
      {"CPU: 4 PID: 29481 Comm: sed Not tainted 3.10.0-514.6.1.el7.x86_64 #1", 4, none, 29481, "sed", none,
       "3.10.0-514.6.1.el7.x86_64"},
      {"CPU: 1 PID: 3316 Comm: sh Kdump: loaded Not tainted 4.18.0-147.el8.x86_64 #1", 1, none, 3316, "sh", none,
       "4.18.0-147.el8.x86_64"},
      {"CPU: 3 PID: 473206 Comm: doxygen Tainted: G           OE      6.1.1-arch1-1 #1 9bd09188b4", 3, none, 473206,
       "doxygen", "G           OE", "6.1.1-arch1-1"},
      {"CPU: 0 PID: 362 Comm: Killed process Not tainted 6.1.0-56-cloud-amd64 #1  Debian 6.1.192-2", 0, none, 362,
       "Killed process", none, "6.1.0-56-cloud-amd64"},
      {"CPU: 1 UID: 0 PID: 500 Comm: x Not tainted 6.17.0-5-generic #5-Ubuntu PREEMPT(voluntary) ", 1, 0, 500, "x",
       none, "6.17.0-5-generic"},
      {"CPU: 0 PID: 7 Comm:  Tainted: x Not tainted 6.1.0 #1", 0, none, 7, " Tainted: x", none, "6.1.0"},
      {"CPU: 0 PID: 7 Comm:   Not tainted 6.1.0 #1", 0, none, 7, " ", none, "6.1.0"},
  };
  for (const auto& each : cases) {
    const TriggerIdentity identity = read<TriggerIdentity>(each.line);
    CHECK(identity.cpu == each.cpu);
    CHECK(identity.uid == each.uid);
    CHECK(identity.pid == each.pid);
    CHECK(identity.comm == each.comm);
    CHECK(text(identity.tainted) == each.tainted);
    CHECK(text(identity.release) == each.release);
    CHECK_FALSE(identity.cut);
  }
}

TEST_CASE("a CPU line without its build number is cut, and its release is not certain") {
  const TriggerIdentity wrapped =
      read<TriggerIdentity>("CPU: 0 PID: 2050 Comm: syz-executor0 Not tainted 4.19.0-rc7-next-20181009+  ");
  CHECK(wrapped.cut);
  CHECK(wrapped.comm == "syz-executor0");
  CHECK_FALSE(wrapped.release);
  CHECK(read<TriggerIdentity>("CPU: 0 PID: 335 Comm: new").cut);
  CHECK(read<Damaged>("CPU: 12 PID:").may_continue);
  CHECK(read<Damaged>("Pid: 3124").may_continue);
  CHECK(read<Damaged>("CPU: 0 PID: 99999999999 Comm: a Not tainted 6.1.0 #1").out_of_range);
  const TriggerIdentity joined =
      read<TriggerIdentity>("CPU: 0 PID: 2050 Comm: syz-executor0 Not tainted 4.19.0-rc7-next-20181009+\n#90");
  CHECK(text(joined.release) == "4.19.0-rc7-next-20181009+");
}

TEST_CASE("boot messages about CPUs are unrelated") {
  for (const std::string line : {"CPU: Physical Processor ID: 0", "CPU0: Thermal monitoring enabled (TM1)", "CPUs=2",
                                 "CPU 0 is now offline", "Pid_max: default: 32768"}) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}

TEST_CASE("the hardware name is kept") {
  CHECK(read<HardwareName>("Hardware name: HP ProLiant DL385 G7, BIOS A18 12/08/2012").name ==
        "HP ProLiant DL385 G7, BIOS A18 12/08/2012");
}

TEST_CASE("the summary line is read with all its fields") {
  const SummaryCase cases[] = {
      {"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/user.slice,"
       "task=doxygen,pid=473206,uid=504",
       "CONSTRAINT_NONE", "(null)", "/", "0", none, "/user.slice", "doxygen", true, 473206, 504, false},
      {"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0-1,oom_memcg=/a,task_memcg=/a/b,"
       "task=dd,pid=6911,uid=0",
       "CONSTRAINT_MEMCG", "(null)", "/", "0-1", "/a", "/a/b", "dd", false, 6911, 0, false},
      // Node lists have commas; a uid from 2^31 on is printed negative: -2 is 4294967294.
      {"oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,2-3,cpuset=x,mems_allowed=0-3,global_oom,task_memcg=/,"
       "task=a.out,pid=13135,uid=-2",
       "CONSTRAINT_MEMORY_POLICY", "0,2-3", "x", "0-3", none, "/", "a.out", true, 13135, 4294967294U, false},
      // Kernels without CONFIG_CPUSETS, without CONFIG_MEMCG.
      {"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task=x,pid=5,uid=0", "CONSTRAINT_NONE", "(null)", none,
       none, none, none, "x", false, 5, 0, false},
      // Names that imitate fields.
      {"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,"
       "task=ab,task=x,pid=1,pid=430,uid=0",
       "CONSTRAINT_NONE", "(null)", "/", "0", none, "/", "ab,task=x,pid=1", true, 430, 0, false},
      {"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/x,y=z,"
       "task=new\nline,pid=430,uid=0",
       "CONSTRAINT_NONE", "(null)", "/", "0", none, "/x,y=z", "new\nline", true, 430, 0, false},
      // Reflowed text: a blank before '='.
      {"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/,task=oom,"
       "pid=246,uid =1000",
       "CONSTRAINT_NONE", "(null)", "/", "0", none, "/", "oom", true, 246, 1000, false},
  };
  for (const SummaryCase& each : cases) check(each);
}

TEST_CASE("a summary line that was cut gives the fields that are followed by another") {
  const std::string head = "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=user.slice,mems_allowed=0";
  const SummaryCase cases[] = {
      {"oom-kill:constraint=CONSTRAINT_MEM", none, none, none, none, none, none, none, false, none, none, true},
      {"oom-kill:constraint=CONSTRAINT_MEMCG", "CONSTRAINT_MEMCG", none, none, none, none, none, none, false, none,
       none, true},
      {"oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),cpuset=te", "CONSTRAINT_CPUSET", "(null)", none, none,
       none, none, none, false, none, none, true},
      {head + "...", "CONSTRAINT_MEMCG", "(null)", "user.slice", none, none, none, none, false, none, none, true},
      {head, "CONSTRAINT_MEMCG", "(null)", "user.slice", none, none, none, none, false, none, none, true},
      {head + ",global_oom", "CONSTRAINT_MEMCG", "(null)", "user.slice", "0", none, none, none, true, none, none, true},
      {head + ",global_oom,task_memcg=/user.slice/vte-s>", "CONSTRAINT_MEMCG", "(null)", "user.slice", "0", none, none,
       none, true, none, none, true},
      {head + ",oom_memcg=/a,task_memcg=/a/b,task=new", "CONSTRAINT_MEMCG", "(null)", "user.slice", "0", "/a", none,
       none, false, none, none, true},
      {head + ",oom_memcg=/a,task_memcg=/a/b,task=java,pid=43", "CONSTRAINT_MEMCG", "(null)", "user.slice", "0", "/a",
       "/a/b", "java", false, none, none, true},
      {head + ",oom_memcg=/a,task_memcg=/a/b,task=java,pid=430,uid=", "CONSTRAINT_MEMCG", "(null)", "user.slice", "0",
       "/a", "/a/b", "java", false, 430, none, true},
  };
  for (const SummaryCase& each : cases) check(each);
}

TEST_CASE("a pid in the summary that does not fit is left out") {
  const ConstraintSummary summary = read<ConstraintSummary>(
      "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task=x,pid=99999999999,uid=99999999999999999999");
  CHECK(summary.out_of_range);
  CHECK_FALSE(summary.pid);
  CHECK_FALSE(summary.uid);
  CHECK(text(summary.task) == "x");
}

TEST_CASE("a failed allocation is not an invocation") {
  for (const std::string line :
       {"swapper/0: page allocation failure: order:0, mode:0x20",
        "my app: page allocation failure. order:1, mode:0x4020",
        "a: page allocation stalls for 10000ms, order:0, mode:0x24201ca(GFP_HIGHUSER_MOVABLE|__GFP_COLD)",
        "x: page allocation failure: order:4, mode:0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO), "
        "nodemask=(null),cpuset=/,mems_allowed=0",
        "systemd-udevd: vmalloc: allocation failure: 4096 bytes, mode:0xcc2(GFP_KERNEL|__GFP_HIGHMEM)"}) {
    const AllocationFailure failure = read<AllocationFailure>(line);
    CHECK(failure.comm == line.substr(0, line.find(':')));
  }
  CHECK(std::holds_alternative<Unrelated>(
      classify("SLUB: Unable to allocate memory on node -1, gfp=0x10dc0(GFP_KERNEL)")));
}
