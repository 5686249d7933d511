// Who printed the report and on which machine (kernel/printk: dump_stack_print_info(); x86 before 3.10: "Pid: …").
#include "parser/comm_field.hpp"
#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

constexpr std::string_view kind = "CPU line";
constexpr std::string_view kdump = " Kdump: loaded";
constexpr std::string_view clean = " Not tainted";
constexpr std::string_view tainted = " Tainted: ";

// Where the taint text begins: the last place that leaves a comm of possible length, else the first one.
std::size_t find_taint(std::string_view text) {
  const std::size_t reach = longest_comm + kdump.size();
  std::size_t found = std::string_view::npos;
  for (const std::string_view words : {clean, tainted}) {
    const std::size_t at = text.rfind(words, reach);
    if (at != std::string_view::npos && (found == std::string_view::npos || at > found)) found = at;
  }
  if (found != std::string_view::npos) return found;
  const std::size_t first_clean = text.find(clean);
  const std::size_t first_tainted = text.find(tainted);
  return first_clean < first_tainted ? first_clean : first_tainted;
}

// The '#' of "#51-Ubuntu", which is behind the kernel release on every kernel. 0: not there.
std::size_t find_build_number(std::string_view text) {
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '#' && is_blank(text[i - 1]) && is_digit(text[i + 1])) return i;
  }
  return 0;
}

// `text` is what follows "Not tainted" or "Tainted: ". RHEL puts dashes among the letters, so the release is known by
// what follows it.
void read_release(TriggerIdentity& fact, std::string_view text, bool is_tainted) {
  const std::size_t number = find_build_number(text);
  fact.cut = number == 0;
  if (fact.cut) return;
  const std::string_view before = trim_right(text.substr(0, number));
  std::size_t begin = before.size();
  while (begin > 0 && !is_blank(before[begin - 1])) --begin;
  std::string_view release = before.substr(begin);
  if (release.starts_with('(')) release.remove_prefix(1);  // "(2.6.27 #1)", i386
  fact.release = release;
  if (is_tainted) fact.tainted = trim_right(before.substr(0, begin));
}

Fact named(TriggerIdentity fact, std::string_view text) {
  const std::size_t at = find_taint(text);
  if (at == std::string_view::npos) {
    fact.comm = trim_right(text);
    fact.cut = true;
    return fact;
  }
  fact.comm = text.substr(0, at);
  if (fact.comm.ends_with(kdump)) fact.comm.remove_suffix(kdump.size());
  const std::string_view behind = text.substr(at);
  const bool is_tainted = behind.starts_with(tainted);
  read_release(fact, behind.substr(is_tainted ? tainted.size() : clean.size()), is_tainted);
  return fact;
}

Fact missing(const Scan& scan) {
  return trim_right(scan.rest()).empty() ? cut_short(kind, "the end is missing") : Fact{Unrelated{}};
}

}  // namespace

Fact cpu_line(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("CPU:")) {  // "CPU    0: hi:  186, btch:  31 usd:  14"
    return body.starts_with("CPU  ") && body.find("btch:") != std::string_view::npos ? Fact{MemInfoOther{}}
                                                                                     : Fact{Unrelated{}};
  }
  scan.blanks();
  TriggerIdentity fact;
  fact.cpu = scan.number<std::uint32_t>();
  if (!fact.cpu) return Unrelated{};
  scan.blanks();
  if (scan.literal("UID: ")) {
    fact.uid = scan.number<std::uint32_t>();
    scan.blanks();
  }
  if (scan.rest().starts_with("Not tainted") || scan.rest().starts_with("Tainted: ")) return StackLine{};  // old ARM
  if (!scan.literal("PID:")) return missing(scan);
  scan.blanks();
  const auto pid = scan.number<std::uint32_t>();
  if (!pid) return unreadable_number(kind, "the pid", scan);
  fact.pid = *pid;
  scan.blanks();
  if (!scan.literal("Comm: ")) return missing(scan);
  return named(fact, scan.rest());
}

Fact pid_line(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("Pid: ")) return Unrelated{};
  const auto pid = scan.number<std::uint32_t>();
  if (!pid) return unreadable_number(kind, "the pid", scan);
  if (!scan.literal(", comm: ")) return missing(scan);
  TriggerIdentity fact;
  fact.pid = *pid;
  return named(fact, scan.rest());
}

Fact hardware_line(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("Hardware name:")) return Unrelated{};
  return HardwareName{trim(scan.rest())};
}

}  // namespace oomwhy::grammar
