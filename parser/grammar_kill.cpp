// Lines that say who was killed (mm/oom_kill.c: oom_kill_process()).
#include <array>
#include <utility>

#include "parser/comm_field.hpp"
#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

constexpr std::string_view kind = "kill line";

struct MessageWords {
  std::string_view words;
  KillMessage message;
};
constexpr std::array<MessageWords, 6> messages = {{
    {"Memory cgroup out of memory: ", KillMessage::MemoryCgroup},
    {"Out of memory: ", KillMessage::OutOfMemory},
    {"Out of Memory: ", KillMessage::OutOfMemory},  // <= 2.6.19
    {"Out of memory (oom_kill_allocating_task): ", KillMessage::AllocatingTask},
    {"No available memory (MPOL_BIND): ", KillMessage::MempolicyBind},
    {"No available memory in cpuset: ", KillMessage::Cpuset},
}};

KillMessage take_message(Scan& scan) {
  for (const MessageWords& each : messages) {
    if (scan.literal(each.words)) return each.message;
  }
  return KillMessage::None;
}

// The words behind the message, where the line was cut inside them.
bool is_beginning_of_verb(std::string_view rest) {
  constexpr std::array<std::string_view, 4> verbs = {"Killed process ", "Kill process ", "kill process ",
                                                     "OOM victim "};
  const std::string_view word = trim_right(without_cut_mark(rest));
  if (word.size() < 3) return false;
  for (const std::string_view verb : verbs) {
    if (verb.starts_with(word)) return true;
  }
  return false;
}

// What a line is that has the verb but not "N (comm)" behind it. Without a kernel message in front it may be anybody's.
Fact nameless(KillMessage message, const Scan& scan) {
  if (trim_right(without_cut_mark(scan.rest())).empty()) return cut_short(kind, "the process name is missing");
  if (message == KillMessage::None) return Unrelated{};
  return damaged(kind, "the process name is not in parentheses");
}
// What a line is whose comm does not end. It may hold a newline.
Fact endless_name(KillMessage message, std::string_view text) {
  if (text.size() <= longest_comm) return cut_short(kind, "the process name has no end");
  if (message == KillMessage::None) return Unrelated{};
  return damaged(kind, "the process name has no end");
}

// --- "Killed process" ---

void store(Killed& killed, std::string_view key, Kibibytes value) {
  if (key == "total-vm" || key == "vsz") killed.total_vm = value;
  if (key == "anon-rss") killed.anon_rss = value;
  if (key == "file-rss") killed.file_rss = value;
  if (key == "shmem-rss") killed.shmem_rss = value;
  if (key == "pgtables") killed.pgtables = value;
}

template <typename Number>
bool store_plain(std::optional<Number>& field, Scan& value) {
  const auto number = value.number<Number>();
  if (!number || !value.at_end()) return false;
  field = number;
  return true;
}

// Reads one "key:NUMBER[kB]" of the line's tail; false: it is not whole, or none of ours.
bool read_field(Killed& killed, std::string_view token) {
  if (token.ends_with(',')) token.remove_suffix(1);
  const std::size_t colon = token.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view key = token.substr(0, colon);
  Scan value(token.substr(colon + 1));
  bool whole = true;
  if (key == "UID") {
    whole = store_plain(killed.uid, value);
  } else if (key == "oom_score_adj") {
    whole = store_plain(killed.oom_score_adj, value);
  } else {
    const auto number = value.number<std::uint64_t>();
    whole = number && value.rest() == "kB";
    if (whole) store(killed, key, Kibibytes{*number});
  }
  killed.out_of_range |= value.out_of_range();
  return whole || value.out_of_range();
}

// "total-vm:8kB, anon-rss:4kB, …". A field at a cut mark, or without its unit at the end of the line, is left out.
void read_fields(Killed& killed, std::string_view tail) {
  const bool marked = has_cut_mark(tail);
  Scan scan(without_cut_mark(tail));
  bool last_is_whole = true;
  while (scan.blanks(), !scan.at_end()) {
    const std::string_view token = scan.token();
    const bool at_mark = marked && scan.at_end();
    const bool at_comma = token.ends_with(',') && trim_right(scan.rest()).empty();
    last_is_whole = !at_mark && read_field(killed, token) && !at_comma;
  }
  const bool ends_early = !killed.file_rss || killed.pgtables;  // pgtables: oom_score_adj always follows
  killed.cut = !killed.oom_score_adj && (marked || !last_is_whole || ends_early);
}

// No figures: "Killed process 4830 (httpd)" (2.6.20 to 2.6.32) and "Out of memory: Killed process 4830 (httpd)." (older
// still) are whole; with the newer kernels' message somebody cut the line.
Fact killed_without_figures(Killed killed, std::string_view text) {
  const std::string_view whole = trim_right(text);
  if (whole.ends_with(").")) {
    killed.comm = whole.substr(0, whole.size() - 2);
    return killed;
  }
  const bool bare = whole.ends_with(')');
  for (const std::string_view closing : {") total-vm:", "), UID ", ") vsz:"}) {
    const auto comm = comm_before_cut(text, closing);
    if (!comm) continue;
    killed.comm = *comm;
    killed.cut = !bare || killed.message != KillMessage::None;
    return killed;
  }
  return endless_name(killed.message, text);
}

// `text` begins with the comm.
Fact killed_comm(Killed killed, std::string_view text) {
  std::optional<std::string_view> comm;
  for (const std::string_view closing : {") total-vm:", "), UID ", ") vsz:"}) {
    const auto found = comm_before(text, closing);
    if (!found) continue;
    if (!comm || (found->size() > comm->size() && found->size() <= longest_comm)) comm = found;
  }
  if (!comm) return killed_without_figures(killed, text);
  killed.comm = *comm;
  Scan scan(text.substr(comm->size() + 1));
  if (scan.literal(", UID ")) {  // EL7.7 on
    const auto uid = scan.number<std::uint32_t>();
    if (scan.literal(",")) killed.uid = uid;
  }
  read_fields(killed, scan.rest());
  return killed;
}

Fact killed_process(KillMessage message, Scan scan) {
  Killed killed;
  killed.message = message;
  const auto pid = scan.number<std::uint32_t>();
  if (!pid && message == KillMessage::None && !scan.out_of_range()) return Unrelated{};
  if (!pid) return unreadable_number(kind, "the pid", scan);
  killed.pid = *pid;
  if (scan.literal(", UID ")) {  // EL5, EL6: the name comes behind it
    killed.uid = scan.number<std::uint32_t>();
    if (!scan.literal(",")) killed.uid.reset();
  }
  if (!scan.blanks() || !scan.literal("(")) return nameless(message, scan);
  return killed_comm(killed, scan.rest());
}

// --- "Kill process" ---

Fact score_of(KillIntent intent, std::string_view tail) {
  Scan scan(tail);
  const auto score = scan.number<std::int64_t>();
  if (scan.out_of_range()) return damaged(kind, "the score is out of range", true);
  // "score 6" and then nothing may have been "score 651".
  if (score && is_blank(scan.peek())) intent.score = score;
  intent.cut = !intent.score || trim(scan.rest()).empty() || has_cut_mark(scan.rest());
  return intent;
}

Fact kill_intent(KillMessage message, Scan scan) {
  const auto pid = scan.number<std::uint32_t>();
  if (!pid && message == KillMessage::None && !scan.out_of_range()) return Unrelated{};
  if (!pid) return unreadable_number(kind, "the pid", scan);
  if (!scan.blanks() || !scan.literal("(")) return nameless(message, scan);
  const std::string_view text = scan.rest();
  if (const auto sharer = comm_before(text, ") sharing same memory")) return SharingMm{*pid, *sharer};
  const auto comm = comm_before(text, ") score ");
  if (message == KillMessage::None) {
    if (comm) return Unrelated{};
    return comm_before_cut(text, ") sharing same memory") ? cut_short(kind, "the end is missing")
                                                          : endless_name(message, text);
  }
  KillIntent intent{message, *pid, {}, std::nullopt, false};
  if (comm) {
    intent.comm = *comm;
    return score_of(intent, text.substr(comm->size() + std::string_view(") score ").size()));
  }
  const auto cut_comm = comm_before_cut(text, ") score ");
  if (!cut_comm) return endless_name(message, text);
  intent.comm = *cut_comm;
  intent.cut = true;
  return intent;
}

Fact already_exiting(KillMessage message, Scan scan) {
  const auto pid = scan.number<std::uint32_t>();
  if (!pid) return unreadable_number(kind, "the pid", scan);
  if (!scan.literal(" (")) return nameless(message, scan);
  if (const auto comm = comm_before(scan.rest(), ") is already exiting")) return AlreadyExiting{message, *pid, *comm};
  return cut_short(kind, "the end is missing");
}

}  // namespace

Fact kill_line(std::string_view body) {
  Scan scan(body);
  const KillMessage message = take_message(scan);
  if (scan.literal("Killed process ")) return killed_process(message, scan);
  if (message != KillMessage::None && scan.literal("kill process ")) return kill_intent(message, scan);
  if (scan.literal("Kill process ")) return kill_intent(message, scan);
  if (message == KillMessage::None) return Unrelated{};
  if (scan.literal("OOM victim ")) return already_exiting(message, scan);
  if (is_beginning_of_verb(scan.rest())) return cut_short(kind, "only its first words are left");
  return Unrelated{};
}

Fact would_have_killed(std::string_view body) {
  Scan scan(body);
  scan.literal("oom_kill_process: ");
  if (!scan.literal("Would have killed process ") && !scan.literal("would have killed process ")) return Unrelated{};
  const auto pid = scan.number<std::uint32_t>();
  if (!pid || !scan.literal(" (")) return Unrelated{};
  for (const std::string_view closing : {"). But continuing", "), but continuing"}) {
    if (const auto comm = comm_before(scan.rest(), closing)) return WouldHaveKilled{*pid, *comm};
  }
  return cut_short(kind, "the end is missing");
}

Fact mm_pinned(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("oom killer ")) return Unrelated{};
  const auto pid = scan.number<std::uint32_t>();
  if (!pid || !scan.literal(" (")) return Unrelated{};
  const auto comm = comm_before(scan.rest(), ") has mm pinned by ");
  if (!comm) return cut_short(kind, "the end is missing");
  return MmPinned{*pid, *comm};
}

Fact group_kill(std::string_view body) {
  constexpr std::string_view closing = " are going to be killed due to memory.oom.group set";
  Scan scan(body);
  if (!scan.literal("Tasks in ")) return Unrelated{};
  const std::string_view rest = scan.rest();
  const std::size_t end = rest.rfind(closing);
  if (end != std::string_view::npos) return GroupKill{rest.substr(0, end)};
  // A cgroup's path is absolute, so a sentence of a person does not get this far.
  return rest.starts_with('/') ? cut_short("memory.oom.group line", "the end is missing") : Fact{Unrelated{}};
}

}  // namespace oomwhy::grammar
