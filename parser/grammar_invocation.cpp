// Lines that begin with a comm: who invoked the killer (mm/oom_kill.c: dump_header()), its cpuset (kernel/cpuset.c:
// cpuset_print_current_mems_allowed()), and the look-alike of a failed allocation (mm/page_alloc.c: warn_alloc()).
#include <cstring>

#include "parser/comm_field.hpp"
#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

// Patched kernels (syzkaller's) have longer names; a sentence in which somebody quotes the kernel is longer still.
constexpr std::size_t longest_patched_comm = 64;
constexpr std::string_view invoked = " invoked oom-killer";
constexpr std::string_view cpuset_words = " cpuset=";
constexpr std::string_view mems_words = " mems_allowed=";

// --- "x invoked oom-killer: gfp_mask=0xd0, order=0, oom_adj=0, oom_score_adj=0" ---

struct Piece {
  std::string_view text;
  bool at_end = false;  // nothing proves that it is whole
};

// Pieces end at a comma with a blank behind it: a node list ("0,2-3") has commas without.
std::optional<Piece> next_piece(std::string_view& rest) {
  if (trim(rest).empty()) return std::nullopt;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] != ',' || (i + 1 < rest.size() && !is_blank(rest[i + 1]))) continue;
    const Piece piece{trim(rest.substr(0, i)), false};
    rest.remove_prefix(i + 1);
    return piece;
  }
  const Piece piece{trim(rest), true};
  rest = {};
  return piece;
}

// "0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP)", "0xd0". True if it is whole.
bool read_mask(Invocation& fact, std::string_view value, bool certain) {
  const std::size_t open = value.find('(');
  if (open == std::string_view::npos) {
    if (certain) fact.gfp_mask = value;
    return certain;
  }
  fact.gfp_mask = value.substr(0, open);
  const std::size_t close = value.find(')', open);
  if (close == std::string_view::npos) return false;
  fact.gfp_flags = value.substr(open + 1, close - open - 1);
  return true;
}

bool read_integer(Invocation& fact, std::optional<int>& field, std::string_view value, bool certain) {
  Scan scan(value);
  const auto number = scan.number<int>();
  fact.out_of_range |= scan.out_of_range();
  if (!number) return scan.out_of_range();
  if (certain || is_blank(scan.peek())) field = number;
  return true;
}

// True if the piece may be the kernel's last one. Keys that hand-copied logs misspell are skipped.
bool read_piece(Invocation& fact, const Piece& piece, bool marked) {
  const std::size_t equals = piece.text.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view key = piece.text.substr(0, equals);
  const std::string_view value = piece.text.substr(equals + 1);
  const bool certain = !piece.at_end || !marked;
  // 2.6.18 and its elders have no comm, and order or the mask itself comes last.
  const bool last_of_elders = !piece.at_end || (!fact.comm && !marked);
  if (key == "gfp_mask") return read_mask(fact, value, last_of_elders) && last_of_elders;
  if (key == "nodemask") {
    if (!piece.at_end) fact.nodemask = value;
    return false;
  }
  if (key == "order") return read_integer(fact, fact.order, value, last_of_elders) && last_of_elders;
  if (key == "oom_score_adj") return read_integer(fact, fact.oom_score_adj, value, certain);
  if (key == "oom_adj" || key == "oomkilladj") return read_integer(fact, fact.oom_adj, value, certain);
  return !value.empty();
}

void read_pieces(Invocation& fact, std::string_view tail) {
  const bool marked = has_cut_mark(tail);
  std::string_view rest = without_cut_mark(tail);
  bool whole = false;
  while (const auto piece = next_piece(rest)) {
    const bool may_be_last = read_piece(fact, *piece, marked && piece->at_end);
    whole = may_be_last && piece->at_end && !marked;
  }
  fact.cut = !whole;
}

// `behind` follows "invoked oom-killer". Authors who shorten a log often end the line there.
Fact invocation(std::optional<std::string_view> comm, std::string_view behind) {
  Invocation fact;
  fact.comm = comm;
  fact.cut = true;
  if (behind.starts_with(':')) read_pieces(fact, behind.substr(1));
  return fact;
}

// --- "x cpuset=/ mems_allowed=0-1" ---

Fact cpuset_line(std::string_view comm, std::string_view value) {
  CpusetLine fact{comm, std::nullopt, std::nullopt, true};
  const std::size_t at = value.rfind(mems_words);
  if (at == std::string_view::npos) {
    // Without its second half only a comm of proper length tells it from anybody's "x cpuset=y".
    return comm.size() <= longest_comm ? Fact{fact} : Fact{Unrelated{}};
  }
  fact.cpuset = value.substr(0, at);
  const std::string_view list = trim(value.substr(at + mems_words.size()));
  fact.cut = list.empty() || has_cut_mark(list);
  if (!fact.cut) fact.mems_allowed = list;
  return fact;
}

bool is_allocation_failure(std::string_view behind_colon) {
  return behind_colon.starts_with("page allocation failure") || behind_colon.starts_with("page allocation stalls") ||
         behind_colon.starts_with("vmalloc: allocation failure") || behind_colon.starts_with("vmalloc error:");
}

bool ends_invocation(std::string_view behind) {
  const std::string_view rest = without_cut_mark(behind);
  return rest.empty() || rest.front() == ':' || trim(rest).empty();
}

// The fact that the words from the blank at `at` on make of the line, if they make any.
Fact led_by_comm(std::string_view text, std::size_t at) {
  const std::string_view words = text.substr(at);
  const std::string_view comm = text.substr(0, at);
  if (words.starts_with(invoked) && ends_invocation(words.substr(invoked.size()))) {
    return invocation(comm, words.substr(invoked.size()));
  }
  if (words.starts_with(cpuset_words)) return cpuset_line(comm, words.substr(cpuset_words.size()));
  if (comm.ends_with(':') && is_allocation_failure(words.substr(1))) {
    return AllocationFailure{comm.substr(0, comm.size() - 1)};
  }
  return Unrelated{};
}

bool may_lead(char first_of_word) {
  return first_of_word == 'i' || first_of_word == 'c' || first_of_word == 'p' || first_of_word == 'v';
}

// ": page allocation failure: …": a colon, a blank and a word of the warning in the first part of the line.
bool may_be_allocation_failure(std::string_view window) {
  for (std::size_t at = window.find(": "); at != std::string_view::npos; at = window.find(": ", at + 1)) {
    const std::string_view words = window.substr(at + 2);
    if ((words.starts_with('p') || words.starts_with('v')) && is_allocation_failure(words)) return true;
  }
  return false;
}

}  // namespace

bool may_be_led_by_comm(std::string_view text) {
  constexpr std::size_t longest_warning = 32;
  if (text.find('=') != std::string_view::npos) return true;
  if (may_be_allocation_failure(text.substr(0, longest_patched_comm + longest_warning))) return true;
  std::string_view end = trim_right(text);
  if (has_cut_mark(end)) end = trim_right(without_cut_mark(end));
  if (end.ends_with(':')) end.remove_suffix(1);
  return end.ends_with(invoked);
}

Fact comm_led_line(std::string_view text) {
  const char* const begin = text.data();
  const std::size_t window = text.size() < longest_patched_comm + 2 ? text.size() : longest_patched_comm + 2;
  Fact found;
  for (std::size_t at = 0; at + 1 < window; ++at) {
    const void* const blank = std::memchr(begin + at, ' ', window - at - 1);
    if (blank == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const char*>(blank) - begin);
    if (!may_lead(text[at + 1])) continue;
    Fact fact = led_by_comm(text, at);
    // The last one counts: a comm may imitate the words.
    if (!std::holds_alternative<Unrelated>(fact)) found = std::move(fact);
  }
  return found;
}

Fact nameless_invocation(std::string_view body) {
  constexpr std::string_view words = "oom-killer";
  if (!body.starts_with("oom-killer: gfp_mask=")) return Unrelated{};
  return invocation(std::nullopt, body.substr(words.size()));
}

}  // namespace oomwhy::grammar
