// The memory cgroup block (mm/memcontrol.c: mem_cgroup_print_oom_context(), mem_cgroup_print_oom_meminfo() and their
// elders).
#include <array>

#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

constexpr std::string_view limit_words = "killed as a result of limit of ";

// The kernel prints an absolute path, or one of two excuses (fs/kernfs/dir.c: pr_cont_kernfs_path()).
bool is_path(std::string_view text) { return text.starts_with('/') || text == "(name too long)" || text == "(error)"; }

// " cache:0KB rss:4KB …", <= 5.2.
void read_inline_stats(MemcgStatsHeader& fact, std::string_view text) {
  const bool marked = has_cut_mark(text);
  Scan scan(without_cut_mark(text));
  bool whole = true;
  while (scan.blanks(), !scan.at_end()) {
    Scan pair(scan.token());
    const auto key = pair.until(":");
    const auto value = pair.number<std::uint64_t>();
    whole = key && value && pair.rest() == "KB" && !(marked && scan.at_end());
    fact.out_of_range |= pair.out_of_range();
    if (whole) fact.inline_stats_kb.push_back({*key, *value});
  }
  const bool has_last = !fact.inline_stats_kb.empty() && fact.inline_stats_kb.back().key == "unevictable";
  fact.cut = marked || !whole || (!fact.inline_stats_kb.empty() && !has_last);
}

// Where " cache:0KB rss:4KB …" begins: the colon before it ends the path. A cgroup may be called so, too: then the line
// goes on with the kernel's own figures (<= 5.2), or ends with the colon behind its path.
std::size_t find_inline_stats(std::string_view path_and_stats) {
  return path_and_stats.ends_with("KB:") ? std::string_view::npos : path_and_stats.rfind(": cache:");
}

// Behind "Memory cgroup stats". A cgroup's name may hold a colon.
Fact stats_header(std::string_view text) {
  MemcgStatsHeader fact;
  Scan scan(text);
  if (scan.literal(":")) {
    read_inline_stats(fact, scan.rest());
    return fact;
  }
  if (trim_right(scan.rest()) == " for") {
    fact.cut = true;
    return fact;
  }
  if (!scan.literal(" for ")) return Unrelated{};
  const std::string_view rest = trim_right(scan.rest());
  const std::size_t inline_stats = find_inline_stats(rest);
  if (inline_stats != std::string_view::npos) {
    fact.path = rest.substr(0, inline_stats);
    read_inline_stats(fact, rest.substr(inline_stats + 1));
    return fact;
  }
  fact.cut = !rest.ends_with(':');
  if (!fact.cut) fact.path = rest.substr(0, rest.size() - 1);
  return fact;
}

Fact protection(Scan scan) {
  constexpr std::string_view kind = "protection line";
  const auto min = scan.number<std::uint64_t>();
  if (!min) return unreadable_number(kind, "the min protection", scan);
  if (!scan.literal("kB -- low protection ")) return cut_short(kind, "the end is missing");
  const auto low = scan.number<std::uint64_t>();
  if (!low) return unreadable_number(kind, "the low protection", scan);
  if (!scan.literal("kB")) return cut_short(kind, "the unit is missing");
  return CgroupProtection{{*min}, {*low}};
}

Fact limit_of(std::optional<std::string_view> victim, std::string_view text) {
  const std::string_view path = trim_right(text);
  if (!is_path(path)) return Unrelated{};
  if (has_cut_mark(path)) return MemcgKilledTask{victim, std::nullopt, true};
  return MemcgKilledTask{victim, path, false};
}

// "A killed as a result of limit of B". Either cgroup may be called like the words between them: those are the kernel's
// that leave a B above A.
std::size_t find_limit_words(std::string_view rest) {
  for (std::size_t at = rest.find(limit_words); at != std::string_view::npos; at = rest.find(limit_words, at + 1)) {
    if (is_within(trim_right(rest.substr(0, at)), trim_right(rest.substr(at + limit_words.size())))) return at;
  }
  return rest.rfind(limit_words);
}

struct CounterWords {
  std::string_view words;
  MemoryCounter counter;
};
constexpr std::array<CounterWords, 4> counters = {{{"memory: usage ", MemoryCounter::Memory},
                                                   {"memory+swap: usage ", MemoryCounter::MemorySwap},
                                                   {"kmem: usage ", MemoryCounter::Kmem},
                                                   {"swap: usage ", MemoryCounter::Swap}}};

Fact usage_of(MemoryCounter counter, Scan scan) {
  constexpr std::string_view kind = "memory cgroup usage line";
  const auto usage = scan.number<std::uint64_t>();
  if (!usage) return unreadable_number(kind, "the usage", scan);
  if (!scan.literal("kB,")) return cut_short(kind, "the end is missing");
  scan.blanks();
  if (!scan.literal("limit")) return cut_short(kind, "the limit is missing");
  scan.blanks();
  const auto limit = scan.number<std::uint64_t>();
  if (!limit) return unreadable_number(kind, "the limit", scan);
  if (!scan.literal("kB,")) return cut_short(kind, "the end is missing");
  scan.blanks();
  if (!scan.literal("failcnt")) return cut_short(kind, "failcnt is missing");
  scan.blanks();
  const auto failcnt = scan.number<std::uint64_t>();
  if (!failcnt) return unreadable_number(kind, "failcnt", scan);
  return MemcgUsage{counter, {*usage}, {*limit}, *failcnt};
}

}  // namespace

bool is_within(std::string_view cgroup, std::string_view above) {
  if (!above.starts_with('/') || !cgroup.starts_with(above)) return false;
  return above == "/" || cgroup.size() == above.size() || cgroup[above.size()] == '/';
}

Fact memcg_line(std::string_view body) {
  Scan scan(body);
  if (scan.literal("Memory cgroup stats")) return stats_header(scan.rest());
  if (scan.literal("Memory cgroup min protection ")) return protection(scan);
  if (scan.literal("Memory limit reached of cgroup ")) return MemcgLimitReached{trim_right(scan.rest())};
  return Unrelated{};
}

Fact memcg_task(std::string_view body) {
  Scan scan(body);
  if (scan.literal(limit_words)) return limit_of(std::nullopt, scan.rest());
  if (!scan.literal("Task in ")) return Unrelated{};
  const std::string_view rest = scan.rest();
  const std::size_t at = find_limit_words(rest);
  if (at != std::string_view::npos && at > 0) {
    return limit_of(trim_right(rest.substr(0, at)), rest.substr(at + limit_words.size()));
  }
  // 3.15 to 3.17 end the line here.
  const std::string_view path = trim_right(rest);
  if (!path.starts_with('/') || has_cut_mark(path)) return Unrelated{};
  return MemcgKilledTask{path, std::nullopt, true};
}

Fact memcg_usage(std::string_view body) {
  for (const CounterWords& each : counters) {
    if (body.starts_with(each.words)) return usage_of(each.counter, Scan(body.substr(each.words.size())));
  }
  return Unrelated{};
}

Fact memcg_stat(std::string_view body) {
  std::size_t length = 0;
  while (length < body.size() && (is_lower(body[length]) || is_digit(body[length]) || body[length] == '_')) ++length;
  Scan scan(body.substr(length));
  if (length < 3 || !scan.blanks()) return Unrelated{};
  const auto value = scan.number<std::uint64_t>();
  if (scan.out_of_range()) return damaged("memory.stat line", "the number is out of range", true);
  if (!value || !trim_right(scan.rest()).empty()) return Unrelated{};
  return MemcgStat{body.substr(0, length), *value};
}

}  // namespace oomwhy::grammar
