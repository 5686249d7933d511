// C21 to C25, and C8, C10, C13 read from a cgroup's own statistics: what its limit was spent on.
#include <fmt/format.h>

#include <array>
#include <initializer_list>
#include <string_view>

#include "report/format.hpp"
#include "report/rules.hpp"

namespace oomwhy {
namespace {

constexpr double kSockets = 0.10;               // C21
constexpr double kWriteback = 0.30;             // C22
constexpr double kFilesInRam = 0.30;            // C23
constexpr double kKernelObjects = 0.10;         // C8 in a cgroup
constexpr double kPageTables = 0.05;            // C10 in a cgroup
constexpr std::uint64_t kManyFailures = 10000;  // C24: charges that failed, where no earlier report says what is usual
constexpr double kSwapLimit = 0.98;             // C25: used of the limit

std::optional<Bytes> usage(const Scene& scene) {
  if (!scene.in_cgroup() || !scene.event.memcg || !scene.event.memcg->memory) {
    return std::nullopt;
  }
  return to_bytes(scene.event.memcg->memory->usage);
}

double share_of_usage(const Scene& scene, const std::optional<Bytes>& size) {
  const std::optional<Bytes> whole = usage(scene);
  return whole && size ? ratio(*size, *whole) : 0.0;
}

// The line of the first of these entries that was printed.
Origin stat_line(const Scene& scene, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const MemcgStatEntry* entry = scene.stat_entry(key)) {
      return scene.at(entry->origin_line);
    }
  }
  return scene.at(scene.event.lines.memcg_stats);
}

Finding spent_on(const Scene& scene, std::string_view what, Bytes size, Origin line, std::optional<Holding> holding) {
  return Finding{.evidence = {.rule = {},
                              .text = fmt::format("{} of the cgroup's memory, {}, is {}.",
                                                  format_share(share_of_usage(scene, size)), format_size(size), what),
                              .origin = std::move(line)},
                 .confidence = Confidence::High,
                 .holding = std::move(holding)};
}

std::optional<Finding> c8_kernel_objects(const Scene& scene) {
  std::optional<Bytes> slab = scene.stat("slab_unreclaimable");
  std::string_view what = "unreclaimable kernel objects (slab)";
  Origin line = stat_line(scene, {"slab_unreclaimable"});
  if (!slab && scene.in_cgroup() && scene.event.memcg && scene.event.memcg->kmem) {
    slab = to_bytes(scene.event.memcg->kmem->usage);
    what = "kernel memory charged to it";
    line = scene.at(scene.event.lines.memcg_kmem);
  }
  if (share_of_usage(scene, slab) <= kKernelObjects) {
    return std::nullopt;
  }
  return spent_on(scene, what, *slab, std::move(line),
                  Holding{.kind = CauseKind::Slab, .size = *slab, .name = "kernel objects"});
}

std::optional<Finding> c9_reclaimable_objects(const Scene& scene) {
  const std::optional<Bytes> slab = scene.stat("slab_reclaimable");
  if (share_of_usage(scene, slab) <= 2 * kKernelObjects) {
    return std::nullopt;
  }
  Finding finding = spent_on(scene, "dentries, inodes and the like (reclaimable slab that was not reclaimed)", *slab,
                             stat_line(scene, {"slab_reclaimable"}),
                             Holding{.kind = CauseKind::Slab, .size = *slab, .name = "dentries and inodes"});
  finding.confidence = Confidence::Medium;
  return finding;
}

std::optional<Finding> c10_page_tables(const Scene& scene) {
  const std::optional<Bytes> tables = scene.stat("pagetables");
  if (share_of_usage(scene, tables) <= kPageTables) {
    return std::nullopt;
  }
  return spent_on(scene, "page tables", *tables, stat_line(scene, {"pagetables"}),
                  Holding{.kind = CauseKind::PageTables, .size = *tables, .name = "page tables"});
}

std::optional<Finding> c13_percpu_and_vmalloc(const Scene& scene) {
  const Bytes size = or_zero(scene.stat("percpu")) + or_zero(scene.stat("vmalloc"));
  if (share_of_usage(scene, size) <= kKernelObjects) {
    return std::nullopt;
  }
  return spent_on(scene, "kernel memory of the kinds percpu and vmalloc", size, stat_line(scene, {"percpu", "vmalloc"}),
                  Holding{.kind = CauseKind::Unaccounted, .size = size, .name = "percpu and vmalloc"});
}

std::optional<Finding> c21_sockets(const Scene& scene) {
  const std::optional<Bytes> sockets = scene.stat("sock");
  if (share_of_usage(scene, sockets) <= kSockets) {
    return std::nullopt;
  }
  return spent_on(scene, "socket buffers: somebody reads too slowly", *sockets, stat_line(scene, {"sock"}),
                  Holding{.kind = CauseKind::Slab, .size = *sockets, .name = "socket buffers"});
}

std::optional<Finding> c22_writeback(const Scene& scene) {
  const Bytes waiting = or_zero(scene.stat("file_dirty")) + or_zero(scene.stat("file_writeback"));
  if (share_of_usage(scene, waiting) <= kWriteback) {
    return std::nullopt;
  }
  Finding finding = spent_on(scene, "page cache that waits to be written: the disk is the limit", waiting,
                             stat_line(scene, {"file_dirty", "file_writeback"}),
                             Holding{.kind = CauseKind::Unknown, .size = waiting, .name = "page cache being written"});
  finding.confidence = Confidence::Medium;
  return finding;
}

// Tables before 6.8 do not say who maps it; file_mapped is the most that can be mapped.
std::optional<Finding> c23_files_in_ram(const Scene& scene) {
  const std::optional<Bytes> shmem = scene.stat("shmem");
  if (share_of_usage(scene, shmem) <= kFilesInRam) {
    return std::nullopt;
  }
  const Bytes mapped = or_zero(scene.stat("file_mapped"));
  std::optional<Holding> holding;
  if (shmem->count >= saturating_multiply(mapped.count, 2)) {
    holding = Holding{.kind = CauseKind::Shmem, .size = less(*shmem, mapped), .name = "tmpfs or shared memory"};
  }
  return spent_on(scene, "shared memory or files in tmpfs", *shmem, stat_line(scene, {"shmem"}), std::move(holding));
}

std::optional<Finding> c24_long_at_the_limit(const Scene& scene) {
  if (!usage(scene) || scene.event.memcg->memory->failcnt < kManyFailures) {
    return std::nullopt;
  }
  return Finding{
      .evidence = {.rule = {},
                   .text = fmt::format("The cgroup had run into its limit {} times: it was short for long before "
                                       "the kill.",
                                       scene.event.memcg->memory->failcnt),
                   .origin = scene.at(scene.event.lines.memcg_usage)},
      .confidence = Confidence::Medium};
}

std::optional<Finding> c25_swap_limit(const Scene& scene) {
  if (!usage(scene) || !scene.event.memcg->swap || !scene.event.memcg->swap->limit) {
    return std::nullopt;
  }
  const Bytes limit = to_bytes(*scene.event.memcg->swap->limit);
  const Bytes used = to_bytes(scene.event.memcg->swap->usage);
  if (limit.count > 0 && ratio(used, limit) < kSwapLimit) {
    return std::nullopt;
  }
  return Finding{.evidence = {.rule = {},
                              .text = limit.count == 0 ? std::string("The cgroup may not use swap (swap limit 0).")
                                                       : fmt::format("The cgroup's swap limit of {} was used up too.",
                                                                     format_size(limit)),
                              .origin = scene.at(scene.event.lines.memcg_swap)}};
}

constexpr std::array<NamedRule, 9> kRules = {{{"C8", c8_kernel_objects},
                                              {"C9", c9_reclaimable_objects},
                                              {"C10", c10_page_tables},
                                              {"C13", c13_percpu_and_vmalloc},
                                              {"C21", c21_sockets},
                                              {"C22", c22_writeback},
                                              {"C23", c23_files_in_ram},
                                              {"C24", c24_long_at_the_limit},
                                              {"C25", c25_swap_limit}}};

}  // namespace

std::span<const NamedRule> cgroup_rules() { return kRules; }

}  // namespace oomwhy
