// classify(): the words that open a line point to the family of lines that it may belong to; what has no opening words
// of its own is told by its shape. The families are in the grammar_*.cpp files.
#include "parser/grammar.hpp"

#include <array>

#include "parser/grammar_parts.hpp"

namespace oomwhy {
namespace {

using namespace grammar;

template <typename Kind>
bool is(const Fact& fact) {
  return std::holds_alternative<Kind>(fact);
}

template <typename Kind>
Fact always(std::string_view) {
  return Kind{};
}

// "Name                      Used          Total": the column line of the slab table.
Fact slab_columns(std::string_view body) {
  Scan scan(body);
  scan.token();
  scan.blanks();
  if (!scan.literal("Used ")) return Unrelated{};
  scan.blanks();
  return scan.literal("Total") ? Fact{SlabTableStart{}} : Fact{Unrelated{}};
}

// "cpu 0 hot: high 186, batch 31 used:14", up to 2.6.18.
Fact old_cpu_lists(std::string_view body) {
  const bool ours =
      body.find(" hot: high ") != std::string_view::npos || body.find(" cold: high ") != std::string_view::npos;
  return ours ? Fact{MemInfoOther{}} : Fact{Unrelated{}};
}

enum class Extent { Beginning, WholeLine };
struct Opening {
  std::string_view words;
  Fact (*family)(std::string_view body);
  Extent extent = Extent::Beginning;
};

// Grouped by their first letter; the first family that takes a line has it.
constexpr std::array openings = {
    Opening{"** ", notice_line},
    Opening{"---[ end Kernel panic", always<StackLine>},  // the panic's own echo below its stack
    Opening{"/dev/kmsg buffer overrun", notice_line},
    Opening{"</EOI>", stack_line},
    Opening{"</ENTRY_TRAMPOLINE>", stack_line},
    Opening{"</IRQ>", stack_line},
    Opening{"</NMI>", stack_line},
    Opening{"</SOFTIRQ>", stack_line},
    Opening{"</TASK>", stack_line},
    Opening{"<EOI>", stack_line},
    Opening{"<ENTRY_TRAMPOLINE>", stack_line},
    Opening{"<IRQ>", stack_line},
    Opening{"<NMI>", stack_line},
    Opening{"<SOFTIRQ>", stack_line},
    Opening{"<TASK>", stack_line},
    Opening{"Backtrace:", stack_line},
    Opening{"COMPACTION is disabled!!!", always<MemInfoOther>, Extent::WholeLine},
    Opening{"CPU", cpu_line},
    Opening{"CFAR: ", stack_line},
    Opening{"CPSR: ", stack_line},
    Opening{"CR2: ", stack_line},
    Opening{"CS:  ", stack_line},
    Opening{"Call Trace:", stack_line},
    Opening{"Call trace:", stack_line},
    Opening{"Cause : ", stack_line},
    Opening{"Code: ", stack_line},
    Opening{"DMA", zone_line},
    Opening{"Device", zone_line},
    Opening{"DR0: ", stack_line},
    Opening{"DR3: ", stack_line},
    Opening{"DS: ", stack_line},
    Opening{"EAX: ", stack_line},
    Opening{"EFLAGS: ", stack_line},
    Opening{"EIP: ", stack_line},
    Opening{"ESI: ", stack_line},
    Opening{"Exception stack(", stack_line},
    Opening{"Free pages:", always<MemInfoOther>},
    Opening{"Free swap", swap_total},
    Opening{"FS:  ", stack_line},
    Opening{"GPR00: ", stack_line},
    Opening{"Hardware name:", hardware_line},
    Opening{"HighMem", zone_line},
    Opening{"Huh VM_FAULT_OOM leaked out", always<FaultRetry>},
    Opening{"Instruction dump:", stack_line},
    Opening{"Kernel panic - not syncing: ", notice_line},
    Opening{"Kill process ", kill_line},
    Opening{"Killed process ", kill_line},
    Opening{"Krnl Code: ", stack_line},
    Opening{"Krnl GPRS: ", stack_line},
    Opening{"Krnl PSW : ", stack_line},
    Opening{"Linux version ", notice_line},
    Opening{"LR [", stack_line},
    Opening{"LR is at ", stack_line},
    Opening{"Last Breaking-Event-Address:", stack_line},
    Opening{"Mem-Info:", always<MemInfoStart>, Extent::WholeLine},
    Opening{"Mem-info:", always<MemInfoStart>, Extent::WholeLine},
    Opening{"Memory allocations", allocation_title},
    Opening{"Memory cgroup out of memory", kill_line},
    Opening{"Memory cgroup ", memcg_line},
    Opening{"Memory limit reached of cgroup ", memcg_line},
    Opening{"Missed ", notice_line},
    Opening{"Movable", zone_line},
    Opening{"MSR: ", stack_line},
    Opening{"Modules linked in:", stack_line},
    Opening{"Name ", slab_columns},
    Opening{"No available memory", kill_line},
    Opening{"Node ", node_line},
    Opening{"Normal", zone_line},
    Opening{"NIP [", stack_line},
    Opening{"NIP: ", stack_line},
    Opening{"Out of memory and no killable processes", always<NoKillable>},
    Opening{"Out of memory", kill_line},
    Opening{"Out of Memory", kill_line},
    Opening{"ORIG_RAX: ", stack_line},
    Opening{"Pid: ", pid_line},
    Opening{"PC is at ", stack_line},
    Opening{"PKRU: ", stack_line},
    Opening{"R10: ", stack_line},
    Opening{"R13: ", stack_line},
    Opening{"RAX: ", stack_line},
    Opening{"RBP: ", stack_line},
    Opening{"RDX: ", stack_line},
    Opening{"REGS: ", stack_line},
    Opening{"RIP: ", stack_line},
    Opening{"RSP: ", stack_line},
    Opening{"Swap cache stats: add ", always<MemInfoOther>},
    Opening{"Swap cache: add ", always<MemInfoOther>},
    Opening{"SysRq : ", notice_line},
    Opening{"SS:ESP: ", stack_line},
    Opening{"Sched_ext: ", stack_line},
    Opening{"Stack:", stack_line},
    Opening{"Stopper: ", stack_line},
    Opening{"Task in ", memcg_task},
    Opening{"Tasks in ", group_kill},
    Opening{"Tasks state (memory values in pages):", always<TaskTableTitle>, Extent::WholeLine},
    Opening{"Total swap", swap_total},
    Opening{"Tainted: [", stack_line},
    Opening{"Unreclaimable slab info:", always<SlabTableStart>, Extent::WholeLine},
    Opening{"User Code: ", stack_line},
    Opening{"User GPRS: ", stack_line},
    Opening{"User PSW : ", stack_line},
    Opening{"Would have killed process ", would_have_killed},
    Opening{"Workqueue: ", stack_line},
    Opening{"XER: ", stack_line},
    Opening{"[", table_line},
    Opening{"cpu ", old_cpu_lists},
    Opening{"excessive unreclaimable slab but cannot dump stats", always<MemInfoOther>},
    Opening{"imjournal: ", notice_line},
    Opening{"killed as a result of limit of ", memcg_task},
    Opening{"kmem: usage ", memcg_usage},
    Opening{"lowmem_reserve[]:", lowmem_reserve},
    Opening{"memory+swap: usage ", memcg_usage},
    Opening{"memory: usage ", memcg_usage},
    Opening{"oom killer ", mm_pinned},
    Opening{"oom-kill:constraint=", constraint_line},
    Opening{"oom-killer: gfp_mask=", nameless_invocation},
    Opening{"oom_kill_process: would have killed ", would_have_killed},
    Opening{"oom_reaper: ", reaper_line},
    Opening{"printk: ", notice_line},
    Opening{"protections[]:", always<MemInfoOther>},
    Opening{"swap: usage ", memcg_usage},
    Opening{"sysrq: ", notice_line},
};

// Where each first letter's group begins; the group ends where the next one begins.
constexpr std::size_t first_letters = 128;
constexpr auto groups = [] {
  std::array<std::uint8_t, first_letters + 1> begins{};
  std::size_t next = 0;
  for (std::size_t letter = 0; letter <= first_letters; ++letter) {
    while (next < openings.size() && static_cast<std::size_t>(openings[next].words.front()) < letter) ++next;
    begins[letter] = static_cast<std::uint8_t>(next);
  }
  return begins;
}();

Fact by_opening(std::string_view body) {
  const auto letter = static_cast<unsigned char>(body.front());
  if (letter >= first_letters) return Unrelated{};
  for (std::size_t i = groups[letter]; i < groups[letter + 1U]; ++i) {
    const Opening& opening = openings[i];
    if (!body.starts_with(opening.words)) continue;
    if (opening.extent == Extent::WholeLine && trim_right(body).size() != opening.words.size()) continue;
    Fact fact = opening.family(body);
    if (!is<Unrelated>(fact)) return fact;
  }
  return Unrelated{};
}

// Lines without opening words: counters ("active_anon:12 …", "anon 12"), totals ("12 pages RAM"), rows of the slab and
// the allocation table, "<function>: 12 callbacks suppressed".
Fact by_shape(std::string_view body) {
  if (is_digit(body.front())) {
    Fact fact = total_line(body);
    return is<Unrelated>(fact) ? allocation_row(body) : fact;
  }
  if (looks_like_system_counters(body)) return system_counters(body);
  const std::string_view whole = trim_right(body);
  if (is_digit(whole.back()) && is_lower(whole.front())) return memcg_stat(whole);
  if (whole.ends_with("KB")) return slab_row(whole);
  if (whole.ends_with(" callbacks suppressed")) return notice_line(whole);
  return Unrelated{};
}

// What begins with a bracket: a row or the header of a table, a frame of the stack. "[drm] x" is none of these.
bool may_be_bracketed_fact(std::string_view body) {
  constexpr std::size_t shortest_address = 8;
  const std::string_view inside = trim_left(body.substr(1));
  if (inside.empty()) return false;
  if (body.front() != '[') return body.front() == '<' || inside.front() == '[' || inside.front() == '<';
  if (is_digit(inside.front()) || inside.front() == '<' || inside.starts_with("pid")) return true;
  std::size_t digits = 0;
  while (digits < inside.size() && is_hex_digit(inside[digits])) ++digits;
  return digits >= shortest_address;
}

bool has_opening_words(std::string_view body) {
  const auto letter = static_cast<unsigned char>(body.front());
  if (letter >= first_letters) return false;
  for (std::size_t i = groups[letter]; i < groups[letter + 1U]; ++i) {
    if (body.starts_with(openings[i].words)) return true;
  }
  return false;
}

// Facts that a comm at the beginning of an invocation could imitate, because their own line has no fixed end.
bool may_be_comm(const Fact& fact) {
  return is<Unrelated>(fact) || is<Damaged>(fact) || is<HardwareName>(fact) || is<StackLine>(fact);
}

struct Continuation {
  bool operator()(const Damaged& fact) const { return fact.may_continue; }
  bool operator()(const Killed& fact) const { return fact.cut || !fact.total_vm; }
  bool operator()(const TaskRow& fact) const {
    const std::string_view rest = trim_right(without_cut_mark(fact.after_bracket));
    return rest.size() != fact.after_bracket.size() || (!rest.empty() && is_digit(rest.back()));
  }
  template <typename Kind>
  bool operator()(const Kind& fact) const {
    if constexpr (requires { fact.cut; }) return fact.cut;
    return false;
  }
};

}  // namespace

Fact classify(std::string_view text) {
  const std::string_view body = trim_left(text);
  if (body.empty()) return Unrelated{};
  Fact fact = by_opening(body);
  if (is<Unrelated>(fact)) fact = by_shape(body);
  if (is<Unrelated>(fact) && is_frame(body)) fact = stack_line(body);
  if (!may_be_comm(fact) || !may_be_led_by_comm(text)) return fact;
  Fact led = comm_led_line(text);
  return is<Unrelated>(led) ? fact : led;
}

bool has_shape_of_fact(std::string_view text) {
  const std::string_view body = trim_left(text);
  if (body.empty()) return false;
  const char first = body.front();
  if (first == '[' || first == '(' || first == '<') return may_be_bracketed_fact(body);
  return has_opening_words(body) || !is<Unrelated>(by_shape(body)) || is_frame(body);
}

bool may_continue(const Fact& fact) { return std::visit(Continuation{}, fact); }

}  // namespace oomwhy
