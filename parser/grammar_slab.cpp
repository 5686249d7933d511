// The tables behind Mem-Info: unreclaimable slabs (mm/slab_common.c: dump_unreclaimable_slab(), since 4.15) and
// allocation sites (mm/show_mem.c, since 6.10).
#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

// Takes the last word off the end of `text`.
std::string_view take_last_word(std::string_view& text) {
  text = trim_right(text);
  std::size_t begin = text.size();
  while (begin > 0 && !is_blank(text[begin - 1])) --begin;
  const std::string_view word = text.substr(begin);
  text = text.substr(0, begin);
  return word;
}

// "1234KB".
std::optional<Kibibytes> read_kb(std::string_view word, bool& out_of_range) {
  Scan scan(word);
  const auto value = scan.number<std::uint64_t>();
  out_of_range |= scan.out_of_range();
  if (!value || scan.rest() != "KB") return std::nullopt;
  return Kibibytes{*value};
}

}  // namespace

Fact slab_row(std::string_view body) {
  std::string_view name = body;
  bool out_of_range = false;
  const auto total = read_kb(take_last_word(name), out_of_range);
  if (!total && !out_of_range) return Unrelated{};
  const auto used = read_kb(take_last_word(name), out_of_range);
  name = trim(name);
  if (name.empty() || name.find(' ') != std::string_view::npos) return Unrelated{};
  if (out_of_range) return damaged("slab row", "a number is out of range", true);
  if (!used) return Unrelated{};
  return SlabRow{name, *used, *total};
}

// "     2.12 GiB      123 mm/slub.c:123 func:alloc_slab_page", with "[module]" before func:. 6.11 prints bytes.
Fact allocation_row(std::string_view body) {
  const std::size_t func = body.find(" func:");
  if (func == std::string_view::npos) return Unrelated{};
  std::string_view figures = body.substr(0, func);
  std::string_view place = take_last_word(figures);
  if (place.starts_with('[')) place = take_last_word(figures);
  if (place.find(':') == std::string_view::npos) return Unrelated{};
  Scan count(take_last_word(figures));
  const auto value = count.number<std::uint64_t>();
  if (count.out_of_range()) return damaged("allocation row", "the count is out of range", true);
  const std::string_view size = trim(figures);
  if (!value || !count.at_end() || size.empty()) return Unrelated{};
  const auto where = static_cast<std::size_t>(place.data() - body.data());
  return AllocationRow{size, *value, trim_right(body.substr(where))};
}

Fact allocation_title(std::string_view body) {
  const std::string_view whole = trim_right(body);
  const bool ours = whole == "Memory allocations:" || whole.starts_with("Memory allocations (profiling is currently");
  return ours ? Fact{AllocationTableStart{}} : Fact{Unrelated{}};
}

}  // namespace oomwhy::grammar
