// Counters of the whole system, of nodes and of zones (mm/show_mem.c, before mm/page_alloc.c: show_free_areas()). What
// survives all versions: "key:", perhaps a blank, an integer, perhaps "kB" or "KB"; unknown keys are kept as they are.
#include <algorithm>
#include <array>

#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

constexpr std::string_view buddy_kind = "free block list";

// --- key:value pairs ---

struct Pairs {
  std::vector<CounterPair> list;
  std::optional<bool> all_unreclaimable;
  bool last_is_whole = false;
  bool out_of_range = false;
};

std::string_view take_key(Scan& scan) {
  const std::string_view rest = scan.rest();
  std::size_t length = 0;
  while (length < rest.size() && rest[length] != ':' && !is_blank(rest[length])) ++length;
  if (length == 0 || length == rest.size() || rest[length] != ':') return {};
  scan.skip(length + 1);
  return rest.substr(0, length);
}

bool ends_word(const Scan& scan) { return scan.at_end() || is_blank(scan.peek()); }

// The number behind a key, and its unit where it has one. Reflowed text has a blank before the unit.
bool read_value(Scan& scan, Pairs& pairs, std::string_view key, bool in_kb) {
  scan.blanks();
  const auto value = scan.number<std::uint64_t>();
  if (!value) {
    pairs.out_of_range |= scan.out_of_range();
    return false;
  }
  Scan unit = scan;
  unit.blanks();
  const bool has_unit = unit.literal("kB") || unit.literal("KB");
  if (has_unit) scan = unit;
  if (!ends_word(scan)) return false;
  if (has_unit == in_kb) pairs.list.push_back({key, *value});
  // "pages_scanned:15926" stands among the kB figures; any other number without its unit was cut.
  return has_unit == in_kb || key == "pages_scanned";
}

Pairs read_pairs(std::string_view text, bool in_kb) {
  constexpr std::string_view flag = "all_unreclaimable?";
  Pairs pairs;
  const bool marked = has_cut_mark(text);
  Scan scan(without_cut_mark(text));
  while (scan.blanks(), !scan.at_end()) {
    if (scan.literal(flag)) {
      scan.blanks();
      const std::string_view word = scan.token();
      if (word == "yes" || word == "no") pairs.all_unreclaimable = word == "yes";
      pairs.last_is_whole = pairs.all_unreclaimable.has_value();
      continue;
    }
    const std::string_view key = take_key(scan);
    pairs.last_is_whole = !key.empty() && read_value(scan, pairs, key, in_kb);
    if (!pairs.last_is_whole) scan.token();
  }
  pairs.last_is_whole = pairs.last_is_whole && !marked;
  return pairs;
}

bool has_key(const std::vector<CounterPair>& list, std::string_view key) {
  return std::any_of(list.begin(), list.end(), [key](const CounterPair& pair) { return pair.key == key; });
}

// --- system ---

// Sorted: every key that has begun a line of the system's counters, 2.6.15 to 7.x.
constexpr std::array<std::string_view, 27> system_keys = {
    "Active",        "Active_anon",   "active_anon",      "active_file",        "bounce",
    "dirty",         "free",          "free_cma",         "free_pcp",           "inactive",
    "inactive_anon", "inactive_file", "isolated_anon",    "isolated_file",      "kernel_misc_reclaimable",
    "mapped",        "mapped-anon",   "mapped-file",      "pagetables",         "sec_pagetables",
    "shmem",         "slab",          "slab_reclaimable", "slab_unreclaimable", "unevictable",
    "unstable",      "writeback"};
static_assert(std::is_sorted(system_keys.begin(), system_keys.end()));

// --- zones ---

bool is_zone_name(std::string_view word) {
  return word == "DMA" || word == "DMA32" || word == "Normal" || word == "HighMem" || word == "Movable" ||
         word == "Device";
}

Fact zone_counters(std::optional<std::uint32_t> node, std::string_view zone, std::string_view text) {
  Pairs pairs = read_pairs(text, true);
  // The last field is all_unreclaimable up to 4.7 and free_cma since; 3.8 to 4.7 have both, and isolated(anon).
  const bool ends_with_cma = has_key(pairs.list, "free_cma") && !has_key(pairs.list, "isolated(anon)") &&
                             !has_key(pairs.list, "pages_scanned");
  const bool whole = pairs.all_unreclaimable || ends_with_cma;
  return ZoneCounters{node, zone, std::move(pairs.list), pairs.all_unreclaimable, !whole, pairs.out_of_range};
}

// "(UME)" behind a block; empty if there is none.
std::string_view take_types(Scan& scan) {
  Scan ahead = scan;
  ahead.blanks();
  if (!ahead.literal("(")) return {};
  const auto types = ahead.until(")");
  if (!types || types->size() > 8) return {};
  scan = ahead;
  return trim(*types);
}

// "12*4kB": false and nothing read if it is not that, or not whole.
bool take_block(Scan& scan, BuddyBlock& block) {
  Scan ahead = scan;
  const auto count = ahead.number<std::uint64_t>();
  const bool product = count && ahead.literal("*");
  const auto size = product ? ahead.number<std::uint64_t>() : std::nullopt;
  if (ahead.out_of_range()) scan = ahead;
  if (!size || !ahead.literal("kB")) return false;
  block = {*count, *size, take_types(ahead)};
  scan = ahead;
  return true;
}

// "12*4kB (UME) 3*8kB (U) = 72kB", "empty" (2.6.18).
Fact buddy_list(std::optional<std::uint32_t> node, std::string_view zone, std::string_view text) {
  BuddyList list{node, zone, {}, std::nullopt, false};
  Scan scan(text);
  scan.blanks();
  if (trim(scan.rest()) == "empty") return list;
  BuddyBlock block;
  while (scan.blanks(), take_block(scan, block)) list.blocks.push_back(block);
  if (scan.out_of_range()) return damaged(buddy_kind, "a number is out of range", true);
  if (list.blocks.empty()) {
    // "DMA:" and "Normal:" also begin lines of other makers.
    return node && trim_right(scan.rest()).empty() ? cut_short(buddy_kind, "the end is missing") : Fact{Unrelated{}};
  }
  if (scan.literal("=")) {
    scan.blanks();
    const auto total = scan.number<std::uint64_t>();
    scan.blanks();  // reflowed text
    if (total && scan.literal("kB")) list.total_kb = total;
  }
  list.cut = !list.total_kb;
  return list;
}

Fact hugepages(std::optional<std::uint32_t> node, std::string_view text) {
  constexpr std::string_view kind = "hugepages line";
  Hugepages fact;
  fact.node = node;
  Scan scan(text);
  const std::array<std::pair<std::string_view, std::uint64_t*>, 4> wanted = {{{"hugepages_total=", &fact.total},
                                                                              {"hugepages_free=", &fact.free},
                                                                              {"hugepages_surp=", &fact.surplus},
                                                                              {"hugepages_size=", &fact.size_kb}}};
  for (const auto& [words, field] : wanted) {
    scan.blanks();
    if (!scan.literal(words)) return cut_short(kind, "the end is missing");
    const auto value = scan.number<std::uint64_t>();
    if (!value) return unreadable_number(kind, words, scan);
    *field = *value;
  }
  return scan.literal("kB") ? Fact{fact} : cut_short(kind, "the unit of the size is missing");
}

// `scan` stands behind a zone's name.
Fact of_zone(std::optional<std::uint32_t> node, std::string_view zone, Scan scan) {
  if (scan.literal(":")) return buddy_list(node, zone, scan.rest());
  scan.blanks();
  if (scan.literal("per-cpu:")) return MemInfoOther{};
  if (scan.rest().starts_with("free:")) return zone_counters(node, zone, scan.rest());
  return node && trim_right(scan.rest()).empty() ? cut_short("zone line", "the end is missing") : Fact{Unrelated{}};
}

std::string_view take_zone(Scan& scan) {
  const std::string_view rest = scan.rest();
  std::size_t length = 0;
  while (length < rest.size() && (is_digit(rest[length]) || is_lower(rest[length]) || is_upper(rest[length]))) ++length;
  scan.skip(length);
  return rest.substr(0, length);
}

}  // namespace

Fact node_line(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("Node ")) return Unrelated{};
  scan.blanks();
  const auto node = scan.number<std::uint32_t>();
  if (!node) return Unrelated{};
  if (trim_right(scan.rest()).empty()) return cut_short("zone line", "the end is missing");
  if (!scan.blanks()) return Unrelated{};
  if (scan.rest().starts_with("hugepages_total=")) return hugepages(*node, scan.rest());
  if (scan.rest().starts_with("active_anon:")) {
    Pairs pairs = read_pairs(scan.rest(), true);
    const bool whole = pairs.all_unreclaimable && pairs.last_is_whole;
    return NodeCounters{*node, std::move(pairs.list), pairs.all_unreclaimable, !whole, pairs.out_of_range};
  }
  const std::string_view zone = take_zone(scan);
  return zone.empty() ? Fact{Unrelated{}} : of_zone(*node, zone, scan);
}

Fact zone_line(std::string_view body) {
  Scan scan(body);
  const std::string_view zone = take_zone(scan);
  return is_zone_name(zone) ? of_zone(std::nullopt, zone, scan) : Fact{Unrelated{}};
}

bool looks_like_system_counters(std::string_view body) {
  const std::size_t colon = body.substr(0, 24).find(':');
  if (colon == std::string_view::npos || colon + 1 >= body.size() || !is_digit(body[colon + 1])) return false;
  return std::binary_search(system_keys.begin(), system_keys.end(), body.substr(0, colon));
}

Fact system_counters(std::string_view body) {
  Pairs pairs = read_pairs(body, false);
  if (pairs.list.empty() && !pairs.out_of_range) return Unrelated{};
  return SystemCounters{std::move(pairs.list), !pairs.last_is_whole, pairs.out_of_range};
}

Fact lowmem_reserve(std::string_view body) {
  Scan scan(body);
  if (!scan.literal("lowmem_reserve[]:")) return Unrelated{};
  LowmemReserve fact;
  while (scan.blanks(), !scan.at_end()) {
    const auto value = scan.number<std::uint64_t>();
    if (!value) break;
    fact.pages.push_back(*value);
  }
  if (scan.out_of_range()) return damaged("lowmem_reserve line", "a number is out of range", true);
  return fact.pages.empty() ? cut_short("lowmem_reserve line", "the numbers are missing") : Fact{std::move(fact)};
}

}  // namespace oomwhy::grammar
