// C7 to C14: memory that no process owns, so that no kill gives it back.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "report/format.hpp"
#include "report/rules.hpp"

namespace oomwhy {
namespace {

constexpr double kFilesInRam = 0.10;          // C7
constexpr double kUnreclaimableSlab = 0.10;   // C8
constexpr double kReclaimableSlab = 0.20;     // C9
constexpr double kPageTables = 0.05;          // C10
constexpr double kHugepages = 0.20;           // C11
constexpr double kLocked = 0.30;              // C12
constexpr double kUnaccounted = 0.05;         // C13, and more than kUnaccountedLeast
constexpr double kUnaccountedPrimary = 0.20;  // C13 on a machine too small for kUnaccountedLeast
constexpr double kReserved = 0.10;            // C14, and more than kReservedLeast
constexpr double kBalloonPrimary = 0.25;      // C14 as a cause
constexpr Bytes kUnaccountedLeast{512ULL << 20U};
constexpr Bytes kReservedLeast{512ULL << 20U};

// The counters are the whole host's: where a request is bound to some nodes they say nothing of those.
bool on_host(const Scene& scene) {
  const bool whole = scene.scope == Scope::Host || scene.scope == Scope::Unknown;
  return whole && scene.event.memory.has_value() && scene.capacity;
}

Finding proven(std::string text, Origin origin, Holding holding) {
  return Finding{.evidence = {.rule = {}, .text = std::move(text), .origin = std::move(origin)},
                 .confidence = Confidence::High,
                 .holding = std::move(holding)};
}

// How much of the shared memory processes may have mapped: at most what is mapped at all, and at most the largest rows.
Bytes mapped_shmem(const Scene& scene, Bytes shmem) {
  Bytes rows;
  bool printed = false;
  for (const Suspect& suspect : scene.suspects) {
    Bytes most;
    for (const std::size_t index : suspect.group.tasks) {
      if (const auto size = scene.counter(scene.event.tasks[index].rss_shmem)) {
        most = std::max(most, *size);
        printed = true;
      }
    }
    rows += most;
  }
  const auto mapped = scene.event.memory ? scene.counter(scene.event.memory->mapped) : scene.stat("file_mapped");
  const Bytes least = mapped ? std::min(*mapped, shmem) : shmem;
  return printed ? std::min(least, rows) : mapped ? least : Bytes{};
}

std::optional<Finding> c7_files_in_ram(const Scene& scene) {
  const auto shmem = on_host(scene) ? scene.counter(scene.event.memory->shmem) : std::nullopt;
  if (!shmem || ratio(*shmem, *scene.capacity) <= kFilesInRam) {
    return std::nullopt;
  }
  const Bytes mapped = mapped_shmem(scene, *shmem);
  if (shmem->count < saturating_multiply(mapped.count, 2)) {
    return std::nullopt;
  }
  return proven(fmt::format("{} is shared memory or files in tmpfs, of which processes have mapped at most {}: no kill "
                            "frees the rest.",
                            format_size(*shmem), format_size(mapped)),
                scene.at(scene.event.lines.shmem),
                Holding{.kind = CauseKind::Shmem, .size = less(*shmem, mapped), .name = "tmpfs or shared memory"});
}

const SlabUse* largest_slab(const OomEvent& event) {
  const auto largest = std::max_element(event.slabs.begin(), event.slabs.end(),
                                        [](const SlabUse& a, const SlabUse& b) { return a.total < b.total; });
  return largest == event.slabs.end() ? nullptr : &*largest;
}

std::optional<Finding> c8_unreclaimable_slab(const Scene& scene) {
  if (!on_host(scene)) {
    return std::nullopt;
  }
  const SystemMemory& memory = *scene.event.memory;
  const auto slab = scene.counter(memory.slab_unreclaimable ? memory.slab_unreclaimable : memory.slab);
  const SlabUse* largest = largest_slab(scene.event);
  if (!slab || (ratio(*slab, *scene.capacity) <= kUnreclaimableSlab && largest == nullptr)) {
    return std::nullopt;
  }
  std::string text = fmt::format("The kernel's own objects (slab{}) hold {}, {} of the memory",
                                 memory.slab_unreclaimable ? ", not reclaimable" : "", format_size(*slab),
                                 format_share(ratio(*slab, *scene.capacity)));
  if (largest != nullptr) {
    text += fmt::format("; the largest cache is {} with {}", largest->name, format_size(to_bytes(largest->total)));
  }
  return proven(text + ".", scene.at(scene.event.lines.slab_unreclaimable),
                Holding{.kind = CauseKind::Slab,
                        .size = *slab,
                        .name = largest != nullptr ? largest->name : std::string("unreclaimable slab")});
}

std::optional<Finding> c9_reclaimable_slab(const Scene& scene) {
  const auto slab = on_host(scene) ? scene.counter(scene.event.memory->slab_reclaimable) : std::nullopt;
  if (!slab || scene.scope != Scope::Host || ratio(*slab, *scene.capacity) <= kReclaimableSlab) {
    return std::nullopt;
  }
  Finding finding = proven(fmt::format("{} of reclaimable slab was not reclaimed: its objects (dentries, inodes) are "
                                       "pinned, or the request may not enter the file system.",
                                       format_size(*slab)),
                           scene.at(scene.event.lines.slab_reclaimable),
                           Holding{.kind = CauseKind::Slab, .size = *slab, .name = "reclaimable slab"});
  finding.confidence = Confidence::Medium;
  return finding;
}

Bytes page_tables_of(const Scene& scene, const Suspect& suspect) {
  Bytes sum;
  for (const std::size_t index : suspect.group.tasks) {
    const Task& task = scene.event.tasks[index];
    sum += or_zero(task.pgtables) + or_zero(scene.counter(task.nr_ptes));
  }
  return sum;
}

// The group that most of the page tables belong to.
std::optional<std::size_t> owner_of_page_tables(const Scene& scene, Bytes tables) {
  for (std::size_t i = 0; i < scene.suspects.size(); ++i) {
    if (page_tables_of(scene, scene.suspects[i]).count > tables.count / 2) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<Finding> c10_page_tables(const Scene& scene) {
  const auto tables = on_host(scene) ? scene.counter(scene.event.memory->pagetables) : std::nullopt;
  if (!tables || ratio(*tables, *scene.capacity) <= kPageTables) {
    return std::nullopt;
  }
  Holding holding{.kind = CauseKind::PageTables,
                  .size = *tables,
                  .name = std::nullopt,
                  .suspect = owner_of_page_tables(scene, *tables)};
  std::string text = fmt::format("Page tables hold {}, {} of the memory", format_size(*tables),
                                 format_share(ratio(*tables, *scene.capacity)));
  if (holding.suspect) {
    holding.name = scene.suspects[*holding.suspect].comm;
    text += fmt::format("; most of them are of {} x {}", scene.suspects[*holding.suspect].group.count(), *holding.name);
  }
  return proven(text + ".", scene.at(scene.event.lines.pagetables), holding);
}

struct HugepageSum {
  Bytes total, free;
};

HugepageSum sum_hugepages(const OomEvent& event) {
  HugepageSum sum;
  for (const HugepagePool& pool : event.hugepages) {
    const std::uint64_t size = to_bytes(pool.page_size).count;
    sum.total += Bytes{saturating_multiply(pool.total, size)};
    sum.free += Bytes{saturating_multiply(pool.free, size)};
  }
  return sum;
}

std::optional<Finding> c11_hugepages(const Scene& scene) {
  const HugepageSum sum = sum_hugepages(scene.event);
  if (!on_host(scene) || ratio(sum.total, *scene.capacity) <= kHugepages) {
    return std::nullopt;
  }
  const bool unused = saturating_multiply(sum.free.count, 2) >= sum.total.count;
  Finding finding =
      proven(fmt::format("{} is set aside as huge pages, {} of it unused: nothing else can have that memory.",
                         format_size(sum.total), format_size(sum.free)),
             scene.at(scene.event.lines.hugepages),
             Holding{.kind = CauseKind::Hugepages, .size = sum.total, .name = "huge page pool"});
  finding.confidence = unused ? Confidence::High : Confidence::Medium;
  return finding;
}

Bytes locked_memory(const Scene& scene) {
  Bytes in_zones;
  for (const ZoneMemory& zone : scene.event.zones) {
    if (zone.mlocked) {
      in_zones += to_bytes(*zone.mlocked);
    }
  }
  return std::max(in_zones, or_zero(scene.counter(scene.event.memory->unevictable)));
}

// Locked pages stand in their process's row: the largest group that can hold half of them.
std::optional<std::size_t> owner_of_locked(const Scene& scene, Bytes locked) {
  for (std::size_t i = 0; i < scene.suspects.size(); ++i) {
    if (scene.suspects[i].group.rss.count >= locked.count / 2) {
      return i;
    }
  }
  return std::nullopt;
}

std::optional<Finding> c12_locked(const Scene& scene) {
  if (!on_host(scene)) {
    return std::nullopt;
  }
  const Bytes locked = locked_memory(scene);
  if (ratio(locked, *scene.capacity) <= kLocked) {
    return std::nullopt;
  }
  Holding holding{
      .kind = CauseKind::Locked, .size = locked, .name = std::nullopt, .suspect = owner_of_locked(scene, locked)};
  std::string text = fmt::format("{} is locked in RAM (mlock): neither swap nor the page cache can give way for it",
                                 format_size(locked));
  if (holding.suspect) {
    holding.name = scene.suspects[*holding.suspect].comm;
    text += fmt::format("; {} is large enough to hold it", *holding.name);
  }
  return proven(text + ".", scene.at(scene.event.lines.unevictable), holding);
}

const LedgerRow* unaccounted_row(const Scene& scene) {
  if (!scene.analysis.ledger) {
    return nullptr;
  }
  const auto& rows = scene.analysis.ledger->rows;
  const auto found =
      std::find_if(rows.begin(), rows.end(), [](const LedgerRow& row) { return row.item == LedgerItem::Unaccounted; });
  return found == rows.end() ? nullptr : &*found;
}

// A compressed swap (zram, zswap) keeps in RAM, outside of every counter, what counts as swapped out: never more than
// that. So far the processes hold it.
std::optional<Finding> c13_unaccounted(const Scene& scene) {
  const LedgerRow* row = on_host(scene) ? unaccounted_row(scene) : nullptr;
  if (row == nullptr || row->share <= kUnaccounted ||
      (row->size <= kUnaccountedLeast && row->share <= kUnaccountedPrimary)) {
    return std::nullopt;
  }
  const Bytes compressed = std::min(or_zero(scene.swap_used), row->size);
  const bool may_be_swap = ratio(compressed, row->size) > 0.5;
  std::string text = fmt::format("{}, {} of the memory, is in no counter of the report", format_size(row->size),
                                 format_share(row->share));
  text += may_be_swap ? "; it can be the store of a compressed swap (zram, zswap)"
                      : ": a driver, vmalloc, pipes, a hypervisor's balloon or the like holds it";
  Finding finding{.evidence = {.rule = {}, .text = text + ".", .origin = scene.at(scene.event.lines.pages_ram)},
                  .confidence = Confidence::High,
                  .holding = std::nullopt};
  if (!may_be_swap) {
    finding.holding = Holding{
        .kind = CauseKind::Unaccounted, .size = less(row->size, compressed), .name = "memory outside the counters"};
  }
  return finding;
}

Bytes stated_balloon(const OomEvent& event) {
  Bytes sum;
  for (const NodeMemory& node : event.nodes) {
    if (node.balloon) {
      sum += to_bytes(*node.balloon);
    }
  }
  return sum;
}

std::optional<Finding> c14_reserved(const Scene& scene) {
  if (!on_host(scene)) {
    return std::nullopt;
  }
  const auto ram = scene.counter(scene.event.memory->ram);
  const Bytes balloon = stated_balloon(scene.event);
  const Bytes reserved = std::max(or_zero(scene.counter(scene.event.memory->reserved)), balloon);
  if (!ram || reserved <= kReservedLeast || ratio(reserved, *ram) <= kReserved) {
    return std::nullopt;
  }
  const bool stated = ratio(balloon, *ram) > kReserved;
  Finding finding = proven(fmt::format("{} of {} of RAM is {}.", format_size(reserved), format_size(*ram),
                                       stated ? "held by the balloon driver for the hypervisor"
                                              : "reserved: a hypervisor's balloon, or a reservation made at boot"),
                           scene.at(scene.event.lines.pages_reserved),
                           Holding{.kind = CauseKind::Balloon, .size = reserved, .name = "balloon or reservation"});
  finding.confidence = stated ? Confidence::High : Confidence::Medium;
  if (ratio(reserved, *ram) <= kBalloonPrimary) {
    finding.holding.reset();
  }
  return finding;
}

constexpr std::array<NamedRule, 8> kRules = {{{"C7", c7_files_in_ram},
                                              {"C8", c8_unreclaimable_slab},
                                              {"C9", c9_reclaimable_slab},
                                              {"C10", c10_page_tables},
                                              {"C11", c11_hugepages},
                                              {"C12", c12_locked},
                                              {"C13", c13_unaccounted},
                                              {"C14", c14_reserved}}};

}  // namespace

std::span<const NamedRule> kernel_memory_rules() { return kRules; }

}  // namespace oomwhy
