// Lines of the stack block: frames of every architecture, registers, raw words. Nothing is read from them but that they
// are the report's own, and whether the manual trigger (drivers/tty/sysrq.c: moom_callback()) is among them.
#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

using Words = std::string_view;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

std::string_view take_identifier(Scan& scan) {
  const std::string_view rest = scan.rest();
  std::size_t length = 0;
  const auto is_part = [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '.' || c == '$';
  };
  while (length < rest.size() && is_part(rest[length])) ++length;
  if (length > 0 && is_digit(rest.front())) return {};
  scan.skip(length);
  return rest.substr(0, length);
}

// "lib/dump_stack.c:107": a place in the kernel's source.
bool is_source_place(std::string_view word) {
  const std::size_t colon = word.find(':');
  if (colon == std::string_view::npos || colon + 1 >= word.size() || !is_digit(word[colon + 1])) return false;
  const std::string_view file = word.substr(0, colon);
  return file.ends_with(".c") || file.ends_with(".h") || file.ends_with(".S");
}

// "? dump_header+0x90/0x1b0 [module]", "dump_stack+0x244/0x3ab lib/dump_stack.c:113"; with source lines put in by a
// person also "do_fault mm/memory.c:3531 [inline]" and "dump_stack (lib/dump_stack.c:107)".
bool is_named_frame(std::string_view body) {
  Scan scan(body);
  scan.literal("? ");
  if (take_identifier(scan).empty()) return false;
  if (scan.literal("+0x")) return is_hex_digit(scan.peek());
  if (!scan.literal(" ")) return false;
  if (scan.literal("(")) return is_source_place(scan.token());
  return is_source_place(scan.token()) && trim(scan.rest()) == "[inline]";
}

// "[<ffffffff810b68f4>] ? oom_kill_process+0x7f/0x23f", "[c0000000…] [c0000…] dump_stack+…", "([<0000000000112a3a>]
// show_trace+…", "<ffffffff801561f2>{out_of_memory+50}" (2.6.16).
bool is_address_frame(std::string_view body) {
  static const RE2 frame(R"(^\(?(?:\[<[0-9a-f]{8,16}>\]|\[[0-9a-f]{8,16}\] \[[0-9a-f]{8,16}\]|<[0-9a-f]{8,16}>\{))",
                         RE2::Latin1);
  return RE2::PartialMatch(piece(body), frame);
}

// "x29: ffff80001736f6e0 x28: 0", "pc : foo+0x1/0x2", "sp : …", "r7 : 00000000", "pstate: 00000085 (…)".
bool is_lowercase_register(std::string_view body) {
  constexpr std::array<std::string_view, 9> names = {"epc", "fp", "gp", "ip", "lr", "pc", "pstate", "ra", "sp"};
  const std::size_t colon = body.substr(0, 8).find(": ");
  if (colon == std::string_view::npos) return false;
  const std::string_view value = body.substr(colon + 2);
  const bool is_address = value.size() >= 8 && std::all_of(value.begin(), value.begin() + 8, is_hex_digit);
  const std::string_view name = trim_right(body.substr(0, colon));
  if (name == "pc" || name == "lr") return is_address || is_named_frame(value);
  if (std::find(names.begin(), names.end(), name) != names.end()) return is_address;
  return is_address && (name.front() == 'x' || name.front() == 'r');
}

// Raw stack words: nothing but addresses, two or more.
bool is_raw_words(std::string_view body) {
  Scan scan(body);
  std::size_t count = 0;
  while (scan.blanks(), !scan.at_end()) {
    const std::string_view word = scan.token();
    if (word.size() != 8 && word.size() != 16) return false;
    if (!std::all_of(word.begin(), word.end(), is_hex_digit)) return false;
    ++count;
  }
  return count >= 2;
}

}  // namespace

bool is_frame(std::string_view body) {
  const char first = body.front();
  if (first == '[' || first == '(' || first == '<') return is_address_frame(body);
  if (is_named_frame(body)) return true;
  return (is_lower(first) && is_lowercase_register(body)) || (is_hex_digit(first) && is_raw_words(body));
}

Fact stack_line(std::string_view body) { return StackLine{body.find("moom_callback") != std::string_view::npos}; }

}  // namespace oomwhy::grammar
