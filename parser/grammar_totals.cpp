// The one-number lines at the end of Mem-Info (mm/show_mem.c, mm/swap_state.c: show_swap_cache_info(), and the
// architectures' own show_mem() before 2.6.27).
#include <array>

#include "parser/grammar_parts.hpp"

namespace oomwhy::grammar {
namespace {

struct TotalWords {
  std::string_view words;  // behind "<n> "
  SystemTotal what;
};
constexpr std::array<TotalWords, 16> totals = {{
    {"total pagecache pages", SystemTotal::PagecachePages},
    {"pagecache pages", SystemTotal::PagecachePages},
    {"pages in swap cache", SystemTotal::SwapCachePages},
    {"pages swap cached", SystemTotal::SwapCachePages},
    {"pages RAM", SystemTotal::PagesRam},
    {"pages of RAM", SystemTotal::PagesRam},
    {"pages HighMem/MovableOnly", SystemTotal::PagesHighmem},
    {"pages HighMem", SystemTotal::PagesHighmem},
    {"pages of HIGHMEM", SystemTotal::PagesHighmem},
    {"pages reserved", SystemTotal::PagesReserved},
    {"reserved pages", SystemTotal::PagesReserved},
    {"pages cma reserved", SystemTotal::PagesCmaReserved},
    {"pages hwpoisoned", SystemTotal::PagesHwpoisoned},
    {"pages shared", SystemTotal::PagesShared},
    {"pages non-shared", SystemTotal::PagesNonShared},
    {"pages in pagetable cache", SystemTotal::PagesPagetableCache},
}};
// i386 before 2.6.27 counts more than anybody needs.
constexpr std::array<std::string_view, 6> other_totals = {"pages dirty", "pages writeback",  "pages mapped",
                                                          "pages slab",  "pages pagetables", "reserved highmem pages"};

Fact swap_kb(SystemTotal what, Scan scan) {
  constexpr std::string_view kind = "swap line";
  scan.blanks();
  if (!scan.literal("=")) return Unrelated{};
  scan.blanks();
  const auto value = scan.number<std::uint64_t>();
  if (!value) return unreadable_number(kind, "the size", scan);
  return scan.literal("kB") ? Fact{SystemTotalLine{what, *value}} : cut_short(kind, "the unit is missing");
}

}  // namespace

Fact total_line(std::string_view body) {
  Scan scan(body);
  const auto value = scan.number<std::uint64_t>();
  if (!scan.blanks() && !scan.out_of_range()) return Unrelated{};
  if (scan.out_of_range()) scan.token();
  const std::string_view words = trim(scan.rest());
  for (const TotalWords& each : totals) {
    if (words != each.words) continue;
    return value ? Fact{SystemTotalLine{each.what, *value}}
                 : damaged("memory total", "the number is out of range", true);
  }
  for (const std::string_view each : other_totals) {
    if (words == each) return MemInfoOther{};
  }
  return Unrelated{};
}

Fact swap_total(std::string_view body) {
  Scan scan(body);
  if (scan.literal("Total swap")) return swap_kb(SystemTotal::TotalSwapKb, scan);
  if (!scan.literal("Free swap")) return Unrelated{};
  if (scan.literal(":")) return MemInfoOther{};  // an architecture's own copy of the figure
  return swap_kb(SystemTotal::FreeSwapKb, scan);
}

}  // namespace oomwhy::grammar
