// Where the memory went, by the figures of real reports and of /proc/meminfo sampled a moment before.
#include "report/ledger.hpp"

#include <catch2/catch.hpp>

#include "tests/report/make_event.hpp"

using namespace oomwhy;

namespace {

std::optional<std::uint64_t> kb_of(const std::optional<Ledger>& ledger, LedgerItem item) {
  if (!ledger) return std::nullopt;
  for (const LedgerRow& row : ledger->rows) {
    if (row.item == item) return row.size.count / 1024;
  }
  return std::nullopt;
}

double sum_of_shares(const Ledger& ledger) {
  double sum = 0;
  for (const LedgerRow& row : ledger.rows) sum += row.share;
  return sum;
}

// Debian's 6.1.192 in a machine of 512 MiB, out of memory with a swarm of small processes and no swap.
OomEvent swarm_host() {
  OomEvent event = on_host(whole_event("6.1.0-56-cloud-amd64", table_of_4_15(), {row(273, 101, 53623, 0, 0, 0)}, 273),
                           130930, 10618, 0);
  SystemMemory& memory = *event.memory;
  memory.active_anon = Pages{974};
  memory.inactive_anon = Pages{102291};
  memory.isolated_anon = Pages{0};
  memory.active_file = Pages{9};
  memory.inactive_file = Pages{6};
  memory.isolated_file = Pages{0};
  memory.unevictable = Pages{4120};
  memory.slab_reclaimable = Pages{3373};
  memory.slab_unreclaimable = Pages{3234};
  memory.mapped = Pages{5013};
  memory.shmem = Pages{3512};
  memory.pagetables = Pages{968};
  memory.sec_pagetables = Pages{0};
  memory.bounce = Pages{0};
  memory.kernel_misc_reclaimable = Pages{0};
  memory.free = Pages{1128};
  memory.free_pcp = Pages{42};
  memory.pagecache = Pages{5828};
  memory.swap_cache = Pages{0};
  NodeMemory node;
  node.kernel_stack = Kibibytes{1840};
  event.nodes.push_back(node);
  event.hugepages.push_back({0U, 0, 0, 0, Kibibytes{2048}});
  return event;
}

OomEvent cgroup_with(std::vector<MemcgStatEntry> stats, std::uint64_t usage_kb) {
  OomEvent event = in_memcg(whole_event("6.1.0-1", table_of_4_15(), {row(1, 0, 9, 0, 0, 0)}, 1), usage_kb, 0);
  event.memcg->stats = std::move(stats);
  return event;
}

}  // namespace

TEST_CASE("the rows of a host agree with /proc/meminfo of a quarter of a second before") {
  const auto ledger = account(swarm_host());
  REQUIRE(ledger);
  CHECK(ledger->total == to_bytes(Kibibytes{481248}));           // MemTotal: 481248 kB
  CHECK(kb_of(ledger, LedgerItem::Anonymous) == 406288);         // AnonPages: 406148 kB
  CHECK(kb_of(ledger, LedgerItem::FileCache) == 9264);           // Cached 23240 + Buffers 72 - Shmem 14048 = 9264 kB
  CHECK(kb_of(ledger, LedgerItem::Shmem) == 14048);              // Shmem: 14048 kB
  CHECK(kb_of(ledger, LedgerItem::SlabReclaimable) == 13492);    // SReclaimable: 13304 kB
  CHECK(kb_of(ledger, LedgerItem::SlabUnreclaimable) == 12936);  // SUnreclaim: 12936 kB
  CHECK(kb_of(ledger, LedgerItem::PageTables) == 3872);          // PageTables: 3872 kB
  CHECK(kb_of(ledger, LedgerItem::KernelStack) == 1840);         // KernelStack: 1840 kB
  CHECK(kb_of(ledger, LedgerItem::Hugetlb) == 0);
  CHECK(kb_of(ledger, LedgerItem::Free) == 4680);          // MemFree: 4924 kB
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 14828);  // 481248 - 466420: 3 %
  CHECK(sum_of_shares(*ledger) == Approx(1.0));
  CHECK_FALSE(ledger->overcounted);
  CHECK_FALSE(ledger->nodes_filtered);
}

TEST_CASE("memory in no counter stands in a row of its own") {
  OomEvent event = swarm_host();
  event.memory->inactive_anon = Pages{52291};  // 50000 pages less than were counted
  const auto ledger = account(event);
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 14828 + 200000);
}

TEST_CASE("counters that come to more than there is are no negative row") {
  OomEvent event = swarm_host();
  event.memory->free = Pages{1128 + 14828 / 4 + 25};  // 100 kB too many
  const auto ledger = account(event);
  REQUIRE(ledger);
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 0);
  CHECK(ledger->overcounted);
  CHECK(sum_of_shares(*ledger) == Approx(1.0));
}

TEST_CASE("without the page cache's total the lists are what there is, and locked pages are of no known kind") {
  OomEvent event = swarm_host();
  event.memory->pagecache.reset();
  const auto ledger = account(event);
  CHECK(kb_of(ledger, LedgerItem::Anonymous) == 399012);  // 974 + 102291 - 3512 pages
  CHECK(kb_of(ledger, LedgerItem::FileCache) == 60);      // 9 + 6 pages
  CHECK(kb_of(ledger, LedgerItem::Other) == 16480);       // 4120 locked pages
}

TEST_CASE("locked shmem is on no anonymous list and counts once") {
  OomEvent event = swarm_host();
  event.memory->pagecache.reset();
  event.memory->shmem = Pages{104265};  // 1000 pages more than the anonymous lists hold
  const auto ledger = account(event);
  CHECK(kb_of(ledger, LedgerItem::Anonymous) == 0);
  CHECK(kb_of(ledger, LedgerItem::Shmem) == 417060);
  CHECK(kb_of(ledger, LedgerItem::Other) == 12480);  // 4120 - 1000 pages
}

TEST_CASE("huge pages of all pools and sizes are taken from the memory, used or not") {
  OomEvent event = swarm_host();
  event.hugepages = {{0U, 20, 20, 0, Kibibytes{2048}}, {1U, 5, 0, 0, Kibibytes{1024}}};
  CHECK(kb_of(account(event), LedgerItem::Hugetlb) == 20 * 2048 + 5 * 1024);
}

TEST_CASE("counters that were cut give no ledger rather than one with a hole") {
  for (int missing = 0; missing < 5; ++missing) {
    CAPTURE(missing);
    OomEvent event = swarm_host();
    if (missing == 0) event.memory->free.reset();
    if (missing == 1) event.memory->slab_unreclaimable.reset();
    if (missing == 2) event.memory->inactive_anon.reset();
    if (missing == 3) event.memory->ram.reset();
    if (missing == 4) event.memory.reset();
    CHECK_FALSE(account(event));
  }
}

TEST_CASE("a report bound to a node leaves out what stands on the others' lines") {
  OomEvent event = swarm_host();
  event.constraint = Constraint::Cpuset;
  CHECK(account(event)->nodes_filtered);
}

TEST_CASE("kernels that print one slab figure and one pair of lists have fewer rows, not wrong ones") {
  // 2.6.26: "Active:190000 inactive:40000 … free:5000 slab:9000 mapped:.. pagetables:2000", "60000 total pagecache
  // pages".
  OomEvent event = on_host(whole_event("2.6.26-2-amd64", {}, {}, 7), 262144, 6000, 0);
  SystemMemory& memory = *event.memory;
  memory.active = Pages{190000};
  memory.inactive = Pages{40000};
  memory.free = Pages{5000};
  memory.slab = Pages{9000};
  memory.pagetables = Pages{2000};
  memory.pagecache = Pages{60000};
  const auto ledger = account(event);
  CHECK(kb_of(ledger, LedgerItem::Anonymous) == 170000 * 4);
  CHECK(kb_of(ledger, LedgerItem::FileCache) == 60000 * 4);
  CHECK_FALSE(kb_of(ledger, LedgerItem::Shmem));
  CHECK_FALSE(kb_of(ledger, LedgerItem::SlabReclaimable));
  CHECK(kb_of(ledger, LedgerItem::SlabUnreclaimable) == 36000);
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 10144 * 4);  // 256144 - 246000
}

TEST_CASE("managed memory is what MemTotal shows, in every kernel's way of printing reserves") {
  struct Case {
    const char* release;
    std::uint64_t ram, reserved;
    std::optional<std::uint64_t> cma;
    std::uint64_t zones_kb, managed_pages;
  };
  for (const Case& c : {Case{"6.1.0-56", 130930, 10618, 0, 481248, 120312},
                        // 3.13: the last zone's reserve in place of the sum
                        Case{"3.13.0-135-generic", 1000000, 100, {}, 3600000, 900000},
                        // 4.0: "reserved" is printed without the CMA area, which is not managed either
                        Case{"4.0.5", 1000000, 100000, 50000, 3400000, 850000},
                        Case{"4.4.0-21-generic", 1000000, 100000, 50000, 3600000, 900000}}) {
    CAPTURE(c.release);
    OomEvent event = on_host(whole_event(c.release, {}, {}, 7), c.ram, c.reserved, 0);
    if (c.cma) event.memory->cma_reserved = Pages{*c.cma};
    ZoneMemory zone;
    zone.managed = Kibibytes{c.zones_kb};
    zone.present = Kibibytes{c.ram * 4};
    event.zones.push_back(zone);
    CHECK(managed_memory(event) == Bytes{c.managed_pages * 4096});
  }
  CHECK_FALSE(managed_memory(OomEvent{}));
}

TEST_CASE("a cgroup's rows add up to its usage to the byte") {
  // Debian 6.1, a service at its MemoryMax of 80 MiB.
  const auto ledger = account(cgroup_with({{"anon", 83636224, true},
                                           {"file", 0, true},
                                           {"kernel", 249856, true},
                                           {"kernel_stack", 0, true},
                                           {"pagetables", 208896, true},
                                           {"sec_pagetables", 0, true},
                                           {"percpu", 0, true},
                                           {"sock", 0, true},
                                           {"vmalloc", 0, true},
                                           {"shmem", 0, true},
                                           {"swapcached", 0, true},
                                           {"slab_reclaimable", 2880, true},
                                           {"slab_unreclaimable", 15696, true},
                                           {"slab", 18576, true},
                                           {"pgfault", 20567, false}},
                                          81920));
  REQUIRE(ledger);
  CHECK(ledger->of_cgroup);
  CHECK(ledger->total == Bytes{83886080});
  CHECK(kb_of(ledger, LedgerItem::Anonymous) == 81676);
  CHECK(kb_of(ledger, LedgerItem::PageTables) == 204);
  CHECK(kb_of(ledger, LedgerItem::Other) == 21);  // 249856 - 208896 - 18576 bytes of kernel memory of no named kind
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 0);
  CHECK_FALSE(kb_of(ledger, LedgerItem::Free));
  CHECK_FALSE(ledger->overcounted);
}

TEST_CASE("pages of a dying task are on a cgroup's lists though nobody maps them") {
  // Debian 6.1, the sixth kill of a burst: 45.5 MiB mapped, 59.2 MiB on the lists, 60 MiB in use.
  const auto ledger = account(cgroup_with({{"anon", 47714304, true},
                                           {"file", 0, true},
                                           {"kernel", 815104, true},
                                           {"shmem", 0, true},
                                           {"inactive_anon", 62062592, true},
                                           {"active_anon", 24576, true}},
                                          61440));
  CHECK(kb_of(ledger, LedgerItem::Anonymous) == 60632);
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 12);  // 61440 - 60632 - 796
}

TEST_CASE("files of a cgroup hold its shmem and swap cache, which are no cache") {
  const auto ledger = account(cgroup_with(
      {{"anon", 1024000, true}, {"file", 5120000, true}, {"shmem", 3072000, true}, {"swapcached", 1024000, true}},
      6000));
  CHECK(kb_of(ledger, LedgerItem::FileCache) == 1000);
  CHECK(kb_of(ledger, LedgerItem::Shmem) == 3000);
  // 5.3 to 5.12 do not print swapcached: the lists say what can be cache at most.
  const auto older = account(cgroup_with({{"anon", 1024000, true},
                                          {"file", 5120000, true},
                                          {"shmem", 3072000, true},
                                          {"active_file", 512000, true},
                                          {"inactive_file", 0, true},
                                          {"unevictable", 0, true}},
                                         6000));
  CHECK(kb_of(older, LedgerItem::FileCache) == 500);
}

TEST_CASE("before 5.19 a cgroup's kernel memory is the sum of its parts") {
  const auto ledger = account(cgroup_with({{"anon", 0, true},
                                           {"file", 0, true},
                                           {"kernel_stack", 16384, true},
                                           {"percpu", 10240, true},
                                           {"sock", 20480, true},
                                           {"slab_reclaimable", 4096, true},
                                           {"slab_unreclaimable", 8192, true}},
                                          100));
  CHECK(kb_of(ledger, LedgerItem::KernelStack) == 16);
  CHECK(kb_of(ledger, LedgerItem::Other) == 30);
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 42);  // 100 - 16 - 30 - 4 - 8
}

TEST_CASE("cgroup v1 counts its subtree as total_ and its kernel memory on a line of its own") {
  OomEvent event = cgroup_with({{"cache", 1024, true},
                                {"rss", 2048, true},
                                {"shmem", 0, true},
                                {"total_cache", 5120000, true},
                                {"total_rss", 4096000, true},
                                {"total_shmem", 1024000, true}},
                               10000);
  event.memcg->kmem = MemcgCounter{Kibibytes{500}, std::nullopt, 0};
  const auto ledger = account(event);
  CHECK(kb_of(ledger, LedgerItem::Anonymous) == 4000);
  CHECK(kb_of(ledger, LedgerItem::FileCache) == 4000);
  CHECK(kb_of(ledger, LedgerItem::Shmem) == 1000);
  CHECK(kb_of(ledger, LedgerItem::Other) == 500);
  CHECK(kb_of(ledger, LedgerItem::Unaccounted) == 500);
}

TEST_CASE("up to 5.2 a parent's line says nothing of its children's memory") {
  OomEvent event = cgroup_with({{"cache", 0, true}, {"rss", 1024, true}}, 10000);
  event.memcg->limiting = "/docker";
  event.memcg->victim = "/docker/0123456789ab";
  CHECK_FALSE(account(event));
  event.memcg->victim = "/docker";
  CHECK(account(event));
}

TEST_CASE("a cgroup whose statistics were not printed has no ledger") {
  CHECK_FALSE(account(cgroup_with({}, 10000)));
  CHECK_FALSE(account(cgroup_with({{"anon", 1024, true}}, 10000)));  // cut after the first
  OomEvent event = cgroup_with({{"anon", 1024, true}, {"file", 0, true}}, 10000);
  event.memcg->memory.reset();
  CHECK_FALSE(account(event));
}
