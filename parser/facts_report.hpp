// Facts of the lines that frame an OOM report: who ran out of memory, on which machine, in which cpuset, and what the
// kernel did when there was nothing to kill. Views point into the classified line.
//
// `cut` in any fact: the line ends before the kernel's own last field (wrapped by a mail program, ended by "..." or by
// the edge of a terminal). What was read is certain; a number that the cut may have shortened is left out. The next
// physical line may hold the rest (see may_continue() in parser/grammar.hpp).
// `out_of_range`: a number was too large for its field and is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oomwhy {

// Not a line of an OOM report.
struct Unrelated {};

// A line of ours that cannot be read. `may_continue`: its beginning is whole and only its end is missing, so the rest
// may stand on the next line (wrapped text, a newline inside a comm).
struct Damaged {
  std::string_view kind;  // "task row", "kill line": for the diagnostic; never points into the line
  std::string why;
  bool may_continue = false;
  bool out_of_range = false;  // a number does not fit its field
};

// "%s invoked oom-killer: gfp_mask=…, order=…, oom_score_adj=…" and its elders.
struct Invocation {
  std::optional<std::string_view> comm;       // absent in 2.6.18 and before
  std::optional<std::string_view> gfp_mask;   // "0x140cca"
  std::optional<std::string_view> gfp_flags;  // "GFP_HIGHUSER_MOVABLE|__GFP_COMP", since 4.6; empty: "0x0()"
  std::optional<std::string_view> nodemask;   // "(null)", "0,2-3"; 4.9 to 4.20
  std::optional<int> order;                   // -1: sysrq
  std::optional<int> oom_score_adj;
  std::optional<int> oom_adj;  // also "oomkilladj"
  bool cut = false;
  bool out_of_range = false;
};

// "%s cpuset=%s mems_allowed=%s", 2.6.29 to 4.20; printed in pieces from 3.15 on.
struct CpusetLine {
  std::string_view comm;
  std::optional<std::string_view> cpuset, mems_allowed;
  bool cut = false;
};

// "CPU: 3 UID: 0 PID: 473206 Comm: x Not tainted 6.1.0 #1", "Pid: 3124, comm: httpd Not tainted 2.6.32-5-amd64 #1".
struct TriggerIdentity {
  std::optional<std::uint32_t> cpu, uid;
  std::uint32_t pid = 0;
  std::string_view comm;
  std::optional<std::string_view> tainted;  // "G           OE"; absent: "Not tainted"
  std::optional<std::string_view> release;  // the token before "#<n>"
  bool cut = false;
};

struct HardwareName {
  std::string_view name;
};

// Call trace, registers, code, <TASK>. `sysrq`: the frame moom_callback, which only a manual trigger has.
struct StackLine {
  bool sysrq = false;
};

// "oom-kill:constraint=…", 5.0+.
struct ConstraintSummary {
  std::optional<std::string_view> constraint, nodemask, cpuset, mems_allowed, oom_memcg, task_memcg, task;
  bool global_oom = false;
  std::optional<std::uint32_t> pid, uid;
  bool cut = false;
  bool out_of_range = false;
};

// "Out of memory and no killable processes..."
struct NoKillable {};

enum class PanicReason { PanicOnOom, Deadlocked, NoKillable, Other };
struct Panic {
  PanicReason reason = PanicReason::Other;
  std::string_view text;
};

// "sysrq: Manual OOM execution". `ignored`: nothing was eligible, or the killer is disabled.
struct SysrqOom {
  bool ignored = false;
};

// "oom_kill_process: N callbacks suppressed".
struct CallbacksSuppressed {
  std::string_view function;
  std::uint64_t count = 0;
};

// "printk: N messages dropped", "Missed N kernel messages".
struct MessagesLost {
  std::optional<std::uint64_t> count;
};

// "Linux version 6.1.0 …": another boot begins.
struct BootStart {
  std::string_view release;
};

// "x: page allocation failure: …": the Mem-Info that follows is no OOM report's.
struct AllocationFailure {
  std::string_view comm;
};

// "Huh VM_FAULT_OOM leaked out to the #PF handler."
struct FaultRetry {};

}  // namespace oomwhy
