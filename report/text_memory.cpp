// The memory of one report in full: counters, cgroup statistics, zones, huge pages, slabs, allocation sites.
#include <fmt/format.h>

#include <array>

#include "report/text_parts.hpp"

namespace oomwhy {

namespace {

struct NamedCounter {
  const char* name;
  std::optional<Pages> SystemMemory::*member;
};

// The kernel's own names, in the order in which it prints them.
constexpr std::array<NamedCounter, 31> kCounters{{{"pages RAM", &SystemMemory::ram},
                                                  {"reserved", &SystemMemory::reserved},
                                                  {"HighMem", &SystemMemory::highmem},
                                                  {"cma reserved", &SystemMemory::cma_reserved},
                                                  {"hwpoisoned", &SystemMemory::hwpoisoned},
                                                  {"active_anon", &SystemMemory::active_anon},
                                                  {"inactive_anon", &SystemMemory::inactive_anon},
                                                  {"isolated_anon", &SystemMemory::isolated_anon},
                                                  {"active_file", &SystemMemory::active_file},
                                                  {"inactive_file", &SystemMemory::inactive_file},
                                                  {"isolated_file", &SystemMemory::isolated_file},
                                                  {"active", &SystemMemory::active},
                                                  {"inactive", &SystemMemory::inactive},
                                                  {"unevictable", &SystemMemory::unevictable},
                                                  {"dirty", &SystemMemory::dirty},
                                                  {"writeback", &SystemMemory::writeback},
                                                  {"unstable", &SystemMemory::unstable},
                                                  {"slab_reclaimable", &SystemMemory::slab_reclaimable},
                                                  {"slab_unreclaimable", &SystemMemory::slab_unreclaimable},
                                                  {"slab", &SystemMemory::slab},
                                                  {"mapped", &SystemMemory::mapped},
                                                  {"shmem", &SystemMemory::shmem},
                                                  {"pagetables", &SystemMemory::pagetables},
                                                  {"sec_pagetables", &SystemMemory::sec_pagetables},
                                                  {"bounce", &SystemMemory::bounce},
                                                  {"kernel_misc_reclaimable", &SystemMemory::kernel_misc_reclaimable},
                                                  {"free", &SystemMemory::free},
                                                  {"free_pcp", &SystemMemory::free_pcp},
                                                  {"free_cma", &SystemMemory::free_cma},
                                                  {"pagecache", &SystemMemory::pagecache},
                                                  {"swap cache", &SystemMemory::swap_cache}}};

TextLine counter_row(const Screen& screen, const std::string& name, const std::string& size) {
  return table_row(2, {{.text = name, .width = 30}, {.text = size, .width = 22, .align = Align::Right}}, screen.style);
}

TextCell right(const std::string& text, std::size_t width) {
  return {.text = text, .width = width, .align = Align::Right};
}

std::string size_or_dash(const std::optional<Kibibytes>& size) { return size ? format_size(to_bytes(*size)) : "-"; }

std::string free_blocks(const std::vector<FreeBlocks>& blocks) {
  std::string text;
  for (const FreeBlocks& block : blocks) {
    if (block.count == 0) continue;
    text += fmt::format("{}order {}: {}", text.empty() ? "" : ", ", block.order, block.count);
    if (!block.types.empty()) text += " (" + block.types + ")";
  }
  return text;
}

}  // namespace

TextLines memory_counters(const Screen& screen, const OomEvent& event) {
  TextLines lines;
  if (!event.memory) return lines;
  for (const NamedCounter& counter : kCounters) {
    const std::optional<Pages>& pages = (*event.memory).*counter.member;
    if (pages) lines.push_back(counter_row(screen, counter.name, format_size(to_bytes(*pages, event.page_size))));
  }
  return lines;
}

TextLines memcg_statistics(const Screen& screen, const OomEvent& event) {
  TextLines lines;
  if (!event.memcg) return lines;
  for (const MemcgStatEntry& entry : event.memcg->stats) {
    const std::string value = entry.is_bytes ? format_size({entry.value}) : fmt::format("{}", entry.value);
    lines.push_back(counter_row(screen, screen.name(entry.key), value));
  }
  return lines;
}

TextLines zone_rows(const Screen& screen, const OomEvent& event) {
  if (event.zones.empty()) return {};
  constexpr std::size_t kWidth = 10;
  TextLines lines{table_row(2,
                            {{.text = "NODE", .width = 4},
                             {.text = "ZONE", .width = 10},
                             right("FREE", kWidth),
                             right("MIN", kWidth),
                             right("LOW", kWidth),
                             right("HIGH", kWidth),
                             right("MANAGED", kWidth)},
                            screen.style)};
  for (const ZoneMemory& zone : event.zones) {
    lines.push_back(table_row(2,
                              {{.text = zone.node ? fmt::format("{}", *zone.node) : "-", .width = 4},
                               {.text = screen.name(zone.zone), .width = 10},
                               right(size_or_dash(zone.free), kWidth),
                               right(size_or_dash(zone.min), kWidth),
                               right(size_or_dash(zone.low), kWidth),
                               right(size_or_dash(zone.high), kWidth),
                               right(size_or_dash(zone.managed), kWidth)},
                              screen.style));
    const std::string blocks = screen.name(free_blocks(zone.free_blocks));
    if (!blocks.empty()) append(lines, wrapped("free blocks: " + blocks, {7, 9}, screen.style, Tone::Faint));
  }
  return lines;
}

TextLines hugepage_rows(const Screen& screen, const OomEvent& event) {
  TextLines lines;
  for (const HugepagePool& pool : event.hugepages) {
    const std::string node = pool.node ? fmt::format("node {}: ", *pool.node) : "";
    append(lines, wrapped(fmt::format("{}{} of {}, {} free, {} surplus", node, pool.total,
                                      format_size(to_bytes(pool.page_size)), pool.free, pool.surplus),
                          {2, 4}, screen.style));
  }
  return lines;
}

TextLines slab_rows(const Screen& screen, const OomEvent& event) {
  TextLines lines;
  for (const SlabUse& slab : event.slabs) {
    lines.push_back(
        counter_row(screen, screen.name(slab.name),
                    fmt::format("{} of {}", format_size(to_bytes(slab.used)), format_size(to_bytes(slab.total)))));
  }
  return lines;
}

TextLines allocation_rows(const Screen& screen, const OomEvent& event) {
  TextLines lines;
  for (const AllocationSite& site : event.allocations) {
    append(lines, wrapped(fmt::format("{:>8} {:>8}  {}", screen.name(site.size_as_printed), site.count,
                                      screen.name(site.where)),
                          {2, 22}, screen.style));
  }
  return lines;
}

}  // namespace oomwhy
