// Lines around reports: panics, the manual trigger, lost and suppressed messages, the start of a boot, and a fault that
// was tried again.
#include <array>

#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

bool contains(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

PanicReason reason_of(std::string_view text) {
  if (contains(text, "panic_on_oom")) return PanicReason::PanicOnOom;
  if (contains(text, "System is deadlocked on memory")) return PanicReason::Deadlocked;
  if (contains(text, "Out of memory and no killable")) return PanicReason::NoKillable;
  return PanicReason::Other;
}

Fact panic(std::string_view body) {
  constexpr std::string_view words = "Kernel panic - not syncing: ";
  if (!body.starts_with(words)) return Unrelated{};
  const std::string_view text = trim_right(body.substr(words.size()));
  return Panic{reason_of(text), text};
}

// "sysrq: Manual OOM execution" (5.0), "SysRq : Manual OOM execution" (<= 4.0), "sysrq: SysRq : …" between.
Fact sysrq(std::string_view body) {
  Scan scan(body);
  const bool new_words = scan.literal("sysrq: ");
  if (!scan.literal("SysRq : ") && !new_words) return Unrelated{};
  if (scan.literal("Manual OOM execution")) return SysrqOom{false};
  if (scan.literal("OOM request ignored")) return SysrqOom{true};
  return Unrelated{};
}

Fact boot_start(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("Linux version ") || !is_digit(scan.peek())) return Unrelated{};
  return BootStart{scan.token()};
}

// "oom_kill_process: 10 callbacks suppressed"; "printk: 5 messages suppressed." up to 2.6.27.
Fact suppressed(std::string_view body) {
  const std::string_view whole = trim_right(body);
  Scan scan(whole);
  const auto function = scan.until(": ");
  if (!function || contains(*function, " ")) return Unrelated{};
  const auto count = scan.number<std::uint64_t>();
  if (!count) return Unrelated{};
  const bool ours = scan.rest() == " callbacks suppressed" ||
                    (*function == "printk" && scan.rest().starts_with(" messages suppressed"));
  return ours ? Fact{CallbacksSuppressed{*function, *count}} : Fact{Unrelated{}};
}

// Kernel ("printk: 5 messages dropped", "** 5 printk messages dropped **"), journald ("Missed 318 kernel messages",
// "/dev/kmsg buffer overrun, some messages lost."), rsyslog ("imjournal: 5 messages lost due to rate-limiting").
Fact lost(std::string_view body) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> forms = {{
      {"printk: ", " messages dropped"},
      {"** ", " printk messages dropped **"},
      {"Missed ", " kernel messages"},
      {"imjournal: ", " messages lost due to rate-limiting"},
  }};
  if (body.starts_with("/dev/kmsg buffer overrun")) return MessagesLost{};
  for (const auto& [before, behind] : forms) {
    Scan scan(body);
    if (!scan.literal(before)) continue;
    const auto count = scan.number<std::uint64_t>();
    if (count && scan.rest().starts_with(behind)) return MessagesLost{*count};
  }
  return Unrelated{};
}

}  // namespace

Fact notice_line(std::string_view body) {
  switch (body.front()) {
    case 'K':
      return panic(body);
    case 'S':
      return sysrq(body);
    case 'L':
      return boot_start(body);
    case 'H':
      return body.starts_with("Huh VM_FAULT_OOM leaked out") ? Fact{FaultRetry{}} : Fact{Unrelated{}};
    case '-':
      // The panic's own echo below its stack.
      return body.starts_with("---[ end Kernel panic") ? Fact{StackLine{}} : Fact{Unrelated{}};
    case '*':
    case '/':
    case 'M':
    case 'i':
      return lost(body);
    default:
      break;
  }
  if (body.starts_with("sysrq: ")) return sysrq(body);
  if (body.starts_with("printk: ")) {
    Fact fact = lost(body);
    if (!std::holds_alternative<Unrelated>(fact)) return fact;
  }
  return trim_right(body).ends_with("suppressed") || body.starts_with("printk: ") ? suppressed(body)
                                                                                  : Fact{Unrelated{}};
}

}  // namespace oomwhy::grammar
