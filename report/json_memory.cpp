// The memory of one event: the system's counters, a cgroup's, zones, huge pages, slabs, allocation sites.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/format.hpp"
#include "report/json_parts.hpp"
#include "report/managed_pages.hpp"

namespace oomwhy::json {

namespace {

// The sum of a member over nodes or zones; absent where none of them has it.
template <typename Item>
std::optional<Bytes> sum_over(const std::vector<Item>& items, std::optional<Kibibytes> Item::*member) {
  std::optional<Bytes> sum;
  for (const Item& item : items) {
    if (item.*member) sum = sum.value_or(Bytes{}) + to_bytes(*(item.*member));
  }
  return sum;
}

bool has_all_nodes(const OomEvent& event) {
  return has_all_zones(event) && std::all_of(event.zones.begin(), event.zones.end(), [&event](const ZoneMemory& zone) {
           return std::any_of(event.nodes.begin(), event.nodes.end(),
                              [&zone](const NodeMemory& node) { return node.node == zone.node.value_or(0); });
         });
}

// Of the nodes from 5.9 on, of the zones before.
std::optional<Bytes> kernel_stack(const OomEvent& event) {
  if (has_all_nodes(event)) {
    if (const auto of_nodes = sum_over(event.nodes, &NodeMemory::kernel_stack)) return of_nodes;
  }
  return has_all_zones(event) ? sum_over(event.zones, &ZoneMemory::kernel_stack) : std::nullopt;
}

std::optional<Bytes> mlocked(const OomEvent& event) {
  return has_all_zones(event) ? sum_over(event.zones, &ZoneMemory::mlocked) : std::nullopt;
}

std::optional<Bytes> hugetlb(const OomEvent& event, std::uint64_t HugepagePool::*count) {
  std::optional<Bytes> sum;
  for (const HugepagePool& pool : event.hugepages) {
    const Bytes size{saturating_multiply(pool.*count, to_bytes(pool.page_size).count)};
    sum = sum.value_or(Bytes{}) + size;
  }
  return sum;
}

struct PagesKey {
  const char* key;
  std::optional<Pages> SystemMemory::*member;
};

// "memory: usage U, limit L": sets PREFIX_usage_bytes, PREFIX_limit_bytes and PREFIX_limit_unlimited.
void set_counter(Json& object, const std::string& prefix, const std::optional<MemcgCounter>& counter) {
  object[prefix + "usage_bytes"] = counter ? Json(to_bytes(counter->usage).count) : Json(nullptr);
  object[prefix + "limit_bytes"] = counter ? size_or_null(counter->limit) : Json(nullptr);
  object[prefix + "limit_unlimited"] = counter ? Json(!counter->limit) : Json(nullptr);
}

Json stats(const std::vector<MemcgStatEntry>& entries) {
  Json object = Json::object();
  for (const MemcgStatEntry& entry : entries) {
    object[to_utf8(entry.key) + (entry.is_bytes ? "_bytes" : "")] = entry.value;
  }
  return object;
}

Json zone(const ZoneMemory& zone) {
  Json object;
  object["node"] = number_or_null(zone.node);
  object["zone"] = text(zone.zone);
  object["free_bytes"] = size_or_null(zone.free);
  object["boost_bytes"] = size_or_null(zone.boost);
  object["min_bytes"] = size_or_null(zone.min);
  object["low_bytes"] = size_or_null(zone.low);
  object["high_bytes"] = size_or_null(zone.high);
  object["present_bytes"] = size_or_null(zone.present);
  object["managed_bytes"] = size_or_null(zone.managed);
  object["lowmem_reserve_pages"] = zone.lowmem_reserve_pages;
  object["free_blocks"] = array_of(zone.free_blocks, [](const FreeBlocks& blocks) {
    Json entry;
    entry["order"] = blocks.order;
    entry["count"] = blocks.count;
    entry["types"] = text_or_null(blocks.types);
    return entry;
  });
  return object;
}

}  // namespace

Json memory_or_null(const OomEvent& event) {
  if (!event.memory) return nullptr;
  const SystemMemory& memory = *event.memory;
  const std::optional<ManagedPages> managed = managed_pages(event);
  Json object;
  const auto set_pages = [&](std::initializer_list<PagesKey> keys) {
    for (const PagesKey& entry : keys) object[entry.key] = size_or_null(memory.*entry.member, event.page_size);
  };
  set_pages({{"ram_bytes", &SystemMemory::ram}, {"reserved_bytes", &SystemMemory::reserved}});
  object["managed_bytes"] = managed ? size_or_null(std::optional(managed->pages), event.page_size) : Json(nullptr);
  set_pages({{"cma_reserved_bytes", &SystemMemory::cma_reserved}});
  object["swap_total_bytes"] = size_or_null(memory.swap_total);
  object["swap_free_bytes"] = size_or_null(memory.swap_free);
  set_pages({{"swap_cache_bytes", &SystemMemory::swap_cache},
             {"free_bytes", &SystemMemory::free},
             {"free_pcp_bytes", &SystemMemory::free_pcp},
             {"free_cma_bytes", &SystemMemory::free_cma},
             {"active_anon_bytes", &SystemMemory::active_anon},
             {"inactive_anon_bytes", &SystemMemory::inactive_anon},
             {"isolated_anon_bytes", &SystemMemory::isolated_anon},
             {"active_file_bytes", &SystemMemory::active_file},
             {"inactive_file_bytes", &SystemMemory::inactive_file},
             {"isolated_file_bytes", &SystemMemory::isolated_file},
             {"unevictable_bytes", &SystemMemory::unevictable}});
  object["mlocked_bytes"] = size_or_null(mlocked(event));
  set_pages({{"dirty_bytes", &SystemMemory::dirty},
             {"writeback_bytes", &SystemMemory::writeback},
             {"unstable_bytes", &SystemMemory::unstable},
             {"slab_reclaimable_bytes", &SystemMemory::slab_reclaimable},
             {"slab_unreclaimable_bytes", &SystemMemory::slab_unreclaimable},
             {"slab_bytes", &SystemMemory::slab},
             {"active_bytes", &SystemMemory::active},
             {"inactive_bytes", &SystemMemory::inactive},
             {"mapped_bytes", &SystemMemory::mapped},
             {"shmem_bytes", &SystemMemory::shmem},
             {"pagetables_bytes", &SystemMemory::pagetables},
             {"sec_pagetables_bytes", &SystemMemory::sec_pagetables}});
  object["kernel_stack_bytes"] = size_or_null(kernel_stack(event));
  set_pages({{"bounce_bytes", &SystemMemory::bounce},
             {"kernel_misc_reclaimable_bytes", &SystemMemory::kernel_misc_reclaimable},
             {"pagecache_bytes", &SystemMemory::pagecache},
             {"highmem_bytes", &SystemMemory::highmem},
             {"hwpoisoned_bytes", &SystemMemory::hwpoisoned}});
  object["hugetlb_total_bytes"] = size_or_null(hugetlb(event, &HugepagePool::total));
  object["hugetlb_free_bytes"] = size_or_null(hugetlb(event, &HugepagePool::free));
  return object;
}

Json memcg_or_null(const OomEvent& event) {
  if (!event.memcg) return nullptr;
  const MemcgReport& memcg = *event.memcg;
  Json object;
  object["limiting"] = text_or_null(memcg.limiting);
  object["victim"] = text_or_null(memcg.victim);
  set_counter(object, "", memcg.memory);
  object["failcnt"] = memcg.memory ? Json(memcg.memory->failcnt) : Json(nullptr);
  set_counter(object, "swap_", memcg.swap);
  set_counter(object, "memsw_", memcg.memsw);
  set_counter(object, "kmem_", memcg.kmem);
  object["stats"] = stats(memcg.stats);
  return object;
}

Json zones_or_null(const OomEvent& event) {
  if (event.zones.empty()) return nullptr;
  return array_of(event.zones, zone);
}

Json hugepages_or_null(const OomEvent& event) {
  if (event.hugepages.empty()) return nullptr;
  return array_of(event.hugepages, [](const HugepagePool& pool) {
    Json object;
    object["node"] = number_or_null(pool.node);
    object["page_size_bytes"] = to_bytes(pool.page_size).count;
    object["total"] = pool.total;
    object["free"] = pool.free;
    object["surplus"] = pool.surplus;
    return object;
  });
}

Json slabs_or_null(const OomEvent& event) {
  if (event.slabs.empty()) return nullptr;
  return array_of(event.slabs, [](const SlabUse& slab) {
    Json object;
    object["name"] = text(slab.name);
    object["used_bytes"] = to_bytes(slab.used).count;
    object["total_bytes"] = to_bytes(slab.total).count;
    return object;
  });
}

Json allocations_or_null(const OomEvent& event) {
  if (event.allocations.empty()) return nullptr;
  return array_of(event.allocations, [](const AllocationSite& site) {
    Json object;
    object["size_as_printed"] = text(site.size_as_printed);
    object["count"] = site.count;
    object["where"] = text(site.where);
    return object;
  });
}

}  // namespace oomwhy::json
