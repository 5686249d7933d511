// The families of kernel lines, one function each. Internal to the grammar: classify() asks the family that the first
// letters point to. Each takes a line without leading blanks and gives Unrelated for a line that is not its own.
#pragma once

#include <string>
#include <string_view>

#include "parser/grammar.hpp"
#include "parser/scan.hpp"

namespace oomwhy::grammar {

// grammar_kill.cpp: lines that begin with "Killed process", "Kill process" or a kill message.
Fact kill_line(std::string_view body);
// "Would have killed process …", "oom killer N (x) has mm pinned …", "Tasks in … are going to be killed …".
Fact would_have_killed(std::string_view body);
Fact mm_pinned(std::string_view body);
Fact group_kill(std::string_view body);
// grammar_reaper.cpp: "oom_reaper: …".
Fact reaper_line(std::string_view body);

// grammar_invocation.cpp: lines that begin with a comm. These get the line as it is, leading blanks and all.
// may_be_led_by_comm() is the cheap test before it.
bool may_be_led_by_comm(std::string_view text);
Fact comm_led_line(std::string_view text);
Fact nameless_invocation(std::string_view body);
// grammar_constraint.cpp: "oom-kill:constraint=…".
Fact constraint_line(std::string_view body);
// grammar_identity.cpp: "CPU: …", "Pid: …", "Hardware name: …".
Fact cpu_line(std::string_view body);
Fact pid_line(std::string_view body);
Fact hardware_line(std::string_view body);

// grammar_memory.cpp: counters of the system, nodes and zones; buddy lists; huge pages.
Fact node_line(std::string_view body);
Fact zone_line(std::string_view body);
bool looks_like_system_counters(std::string_view body);
Fact system_counters(std::string_view body);
Fact lowmem_reserve(std::string_view body);
// grammar_totals.cpp: "N pages RAM", "Free swap  = NkB"; lines of Mem-Info that are known and of no use.
Fact total_line(std::string_view body);
Fact swap_total(std::string_view body);
// grammar_slab.cpp: the slab and the allocation table.
Fact slab_row(std::string_view body);
Fact allocation_row(std::string_view body);
Fact allocation_title(std::string_view body);

// grammar_memcg.cpp
Fact memcg_line(std::string_view body);   // "Memory cgroup …", "Memory limit reached …"
Fact memcg_task(std::string_view body);   // "Task in …", "killed as a result of limit of …"
Fact memcg_usage(std::string_view body);  // "memory: usage …" and its like
Fact memcg_stat(std::string_view body);   // "anon 12345"
// The one path is the other, or below it; a limit is that of the cgroup that it strikes or of one above.
bool is_within(std::string_view cgroup, std::string_view above);

// grammar_table.cpp: a line that begins with "[".
Fact table_line(std::string_view body);

// grammar_stack.cpp: is_frame() for every line that is nothing else; stack_line() for frames and captions.
bool is_frame(std::string_view body);
Fact stack_line(std::string_view body);

// grammar_notice.cpp: panics, sysrq, lost and suppressed messages, the start of a boot.
Fact notice_line(std::string_view body);

// Damaged, in short.
inline Fact cut_short(std::string_view kind, std::string why) {
  return Damaged{kind, std::move(why), /*may_continue=*/true, /*out_of_range=*/false};
}
inline Fact damaged(std::string_view kind, std::string why, bool out_of_range = false) {
  return Damaged{kind, std::move(why), /*may_continue=*/false, out_of_range};
}
inline Fact unreadable_number(std::string_view kind, std::string_view what, const Scan& scan) {
  std::string why(what);
  if (scan.out_of_range()) return damaged(kind, why + " is out of range", true);
  if (trim_right(scan.rest()).empty()) return cut_short(kind, why + " is missing");
  return damaged(kind, why + " is not a number");
}

}  // namespace oomwhy::grammar
