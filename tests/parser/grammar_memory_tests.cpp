// Mem-Info and the tables behind it. Lines are the kernel's formats (kernel-formats: 2.6, 2.7) or a real kernel's
// output; what is expected stands in them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "parser/grammar.hpp"
#include "tests/parser/classified.hpp"

using namespace oomwhy;
using oomwhy::test::read;

namespace {

using Number = std::optional<std::uint64_t>;
constexpr auto none = std::nullopt;

Number value_of(const std::vector<CounterPair>& pairs, std::string_view key) {
  const auto found =
      std::find_if(pairs.begin(), pairs.end(), [key](const CounterPair& pair) { return pair.key == key; });
  return found == pairs.end() ? none : Number(found->value);
}

}  // namespace

TEST_CASE("the system's counters are read whatever a kernel puts on one line") {
  struct {
    std::string line, key;
    std::uint64_t value;
    std::size_t count;
  } const cases[] = {
      {"Active:123649 inactive:124211 dirty:0 writeback:0 unstable:0 free:3005 slab:3589 mapped:247793 pagetables:877",
       "pagetables", 877, 9},
      {"Active:5 inactive:6 dirty:0 writeback:0 unstable:0 free:7 slab:8 mapped-file:9 mapped-anon:10 pagetables:11",
       "mapped-anon", 10, 10},
      {" free:3005 slab:7514 mapped:1 pagetables:1063 bounce:0", "free", 3005, 5},
      {"Active_anon:12 active_file:13 inactive_anon:14", "active_file", 13, 3},
      {"active_anon:20533 inactive_anon:97 isolated_anon:0", "inactive_anon", 97, 3},
      {" active_file:4 inactive_file:5 isolated_file:6", "isolated_file", 6, 3},
      {"                unevictable:16 dirty:173 writeback:0", "dirty", 173, 3},
      {" slab_reclaimable:39583 slab_unreclaimable:16385", "slab_unreclaimable", 16385, 2},
      {" mapped:76607 shmem:4291476 pagetables:2902 bounce:0", "shmem", 4291476, 4},
      {" sec_pagetables:0 bounce:3", "bounce", 3, 2},
      {" kernel_misc_reclaimable:17", "kernel_misc_reclaimable", 17, 1},
      {" free:34703 free_pcp:183 free_cma:2", "free_cma", 2, 3},
      {"slab:5606 mapped:493395 pagetables:2739", "slab", 5606, 3},
      {"active_anon:1 inactive_anon:2 isolated_anon:3\n active_file:4 inactive_file:5 isolated_file:6\n free:7 "
       "free_pcp:8 free_cma:9",
       "free_cma", 9, 9},
      {"free:1 some_new_counter:5 free_cma:9", "some_new_counter", 5, 3},
  };
  for (const auto& each : cases) {
    const SystemCounters counters = read<SystemCounters>(each.line);
    CHECK(value_of(counters.pages, each.key) == each.value);
    CHECK(counters.pages.size() == each.count);
    CHECK_FALSE(counters.cut);
  }
}

TEST_CASE("damaged counters cost only themselves") {
  const SystemCounters cut = read<SystemCounters>("active_anon:20533 inactive_anon:97 isolated_anon:");
  CHECK(cut.cut);
  CHECK(cut.pages.size() == 2);
  const SystemCounters marked = read<SystemCounters>("active_anon:20533 inactive_anon:9...");
  CHECK(marked.cut);
  const SystemCounters huge = read<SystemCounters>("active_anon:99999999999999999999 inactive_anon:97 isolated_anon:0");
  CHECK(huge.out_of_range);
  CHECK(value_of(huge.pages, "active_anon") == none);
  CHECK(value_of(huge.pages, "inactive_anon") == 97);
  const SystemCounters broken = read<SystemCounters>("active_anon:20533 inactive_anon:x97 isolated_anon:4");
  CHECK(value_of(broken.pages, "inactive_anon") == none);
  CHECK(value_of(broken.pages, "isolated_anon") == 4);
}

TEST_CASE("a node's line is read in the wording of every kernel") {
  const NodeCounters old = read<NodeCounters>(
      "Node 0 active_anon:1314112kB inactive_anon:6208kB active_file:0kB inactive_file:0kB unevictable:0kB "
      "isolated(anon):8kB isolated(file):0kB mapped:1920kB dirty:0kB writeback:0kB shmem:71744kB shmem_thp: 0kB "
      "shmem_pmdmapped: 0kB anon_thp: 4kB writeback_tmp:0kB unstable:0kB pages_scanned:17 all_unreclaimable? yes");
  CHECK(old.node == 0);
  CHECK(value_of(old.kb, "active_anon") == 1314112);
  CHECK(value_of(old.kb, "isolated(anon)") == 8);
  CHECK(value_of(old.kb, "anon_thp") == 4);
  CHECK(value_of(old.kb, "pages_scanned") == none);  // pages, not kB
  CHECK(old.all_unreclaimable == true);
  CHECK_FALSE(old.cut);
  const NodeCounters recent = read<NodeCounters>(
      "Node 12 active_anon:5kB inactive_anon:6kB anon_thp:7kB kernel_stack:8kB sec_pagetables:0kB "
      "all_unreclaimable? no Balloon:9kB gpu_active:10kB gpu_reclaim:11kB");
  CHECK(recent.node == 12);
  CHECK(recent.all_unreclaimable == false);
  CHECK(value_of(recent.kb, "gpu_reclaim") == 11);
  CHECK_FALSE(recent.cut);
}

TEST_CASE("a zone's line is read in the wording of every kernel") {
  struct {
    std::string line;
    std::optional<std::uint32_t> node;
    std::string zone, key;
    std::uint64_t value;
  } const cases[] = {
      {"DMA free:4092kB min:68kB low:84kB high:100kB active:4904kB inactive:4220kB present:16384kB pages_scanned:15926 "
       "all_unreclaimable? yes",
       none, "DMA", "present", 16384},
      {"Node 0 DMA32 free:4140kB min:5664kB low:7080kB high:8496kB active:124kB inactive:1960736kB present:2019172kB "
       "pages_scanned:782860 all_unreclaimable? no",
       0, "DMA32", "inactive", 1960736},
      {"HighMem free:63352504kB min:512kB low:67316kB high:134124kB active_anon:641896kB isolated(anon):0kB "
       "free_cma:0kB writeback_tmp:0kB pages_scanned:0 all_unreclaimable? no",
       none, "HighMem", "low", 67316},
      {"Node 1 Normal free:5kB min:6kB low:7kB high:8kB active_anon:9kB writepending:0kB present:10kB managed:11kB "
       "mlocked:0kB kernel_stack:0kB pagetables:0kB bounce:0kB free_pcp:0kB local_pcp:0kB free_cma:12kB",
       1, "Normal", "free_cma", 12},
      {"Node 0 DMA free:5kB boost:1kB min:6kB low:7kB high:8kB reserved_highatomic:2KB free_highatomic:3KB "
       "active_anon:9kB zspages:0kB present:10kB managed:11kB free_pcp:0kB local_pcp:0kB free_cma:0kB",
       0, "DMA", "free_highatomic", 3},
      // Reflowed text breaks a number from its unit.
      {"Node 0 DMA free:5kB min:6kB inactive_file:0 kB unevictable:4kB free_cma:0kB", 0, "DMA", "unevictable", 4},
      // Somebody's calculation at the end of the line.
      {"Node 0 DMA32 free:613120kB min:91584kB free_pcp:2496kB local_pcp:1088kB free_cma:523776kB   //  613120 -  "
       "523776 "
       "= 89344 / 1024 = 87.25M < 128M",
       0, "DMA32", "free_cma", 523776},
  };
  for (const auto& each : cases) {
    const ZoneCounters zone = read<ZoneCounters>(each.line);
    CHECK(zone.node == each.node);
    CHECK(zone.zone == each.zone);
    CHECK(value_of(zone.kb, each.key) == each.value);
    CHECK_FALSE(zone.cut);
  }
}

TEST_CASE("a zone's line that was cut gives the figures that have their unit") {
  const ZoneCounters wrapped = read<ZoneCounters>("Node 0 DMA free:7880kB min:28kB low:32kB high:40kB");
  CHECK(wrapped.cut);
  CHECK(value_of(wrapped.kb, "high") == 40);
  const ZoneCounters cut = read<ZoneCounters>("Node 0 DMA free:7880kB min:28kB low:3");
  CHECK(cut.cut);
  CHECK(value_of(cut.kb, "low") == none);
  // 3.8 to 4.7 print free_cma before the end.
  CHECK(read<ZoneCounters>("Node 0 DMA free:5kB min:6kB isolated(anon):0kB present:10kB free_cma:0kB writeback_tmp:0kB")
            .cut);
  CHECK(read<NodeCounters>("Node 0 active_anon:180kB inactive_anon:7988452kB active_file:1204kB").cut);
  CHECK(read<Damaged>("Node 0").may_continue);
  CHECK(read<Damaged>("Node 0 DMA").may_continue);
  CHECK(read<Damaged>("Node 0 DMA:").may_continue);
  const ZoneCounters huge = read<ZoneCounters>("DMA free:99999999999999999999kB min:28kB free_cma:0kB");
  CHECK(huge.out_of_range);
  CHECK(value_of(huge.kb, "free") == none);
}

TEST_CASE("a free block list shows its first order, types and total") {
  const BuddyList list = read<BuddyList>("Node 0 DMA32: 12*64kB (UM) 10*128kB (UME) 0*256kB 1*512kB (C) = 2560kB");
  CHECK(list.node == 0U);
  CHECK(list.zone == "DMA32");
  REQUIRE(list.blocks.size() == 4);
  CHECK(list.blocks[0].count == 12);
  CHECK(list.blocks[0].size_kb == 64);
  CHECK(list.blocks[0].types == "UM");
  CHECK(list.blocks[2].types.empty());
  CHECK(list.blocks[3].types == "C");
  CHECK(list.total_kb == 2560U);
  CHECK_FALSE(list.cut);
  const BuddyList old = read<BuddyList>("HighMem: 151*4kB 136*8kB 15461*4096kB = 63351580kB");
  CHECK_FALSE(old.node);
  CHECK(old.blocks.size() == 3);
  const BuddyList empty = read<BuddyList>("Normal: empty");
  CHECK(empty.blocks.empty());
  CHECK_FALSE(empty.cut);
}

TEST_CASE("a free block list that was cut or reflowed") {
  const BuddyList cut = read<BuddyList>("Node 0 DMA: 4*4kB 3*8kB 2*16kB 4*32kB 2*64kB 1*1");
  CHECK(cut.cut);
  CHECK(cut.blocks.size() == 5);
  CHECK_FALSE(cut.total_kb);
  CHECK(read<BuddyList>("Node 0 DMA: 4*4kB 3*8kB = 40").cut);
  const BuddyList joined = read<BuddyList>("Node 0 DMA: 0*4kB 1*1024kB (U\n) 1*2048kB (\nUE) = 3072 kB");
  REQUIRE(joined.blocks.size() == 3);
  CHECK(joined.blocks[1].types == "U");
  CHECK(joined.blocks[2].types == "UE");
  CHECK(joined.total_kb == 3072U);
  CHECK(read<Damaged>("Node 0 DMA: 99999999999999999999*4kB = 5kB").kind == "free block list");
}

TEST_CASE("totals of the system are told by their words") {
  const std::tuple<std::string, SystemTotal, std::uint64_t> cases[] = {
      {"1121 total pagecache pages", SystemTotal::PagecachePages, 1121},
      {"12 pagecache pages", SystemTotal::PagecachePages, 12},
      {"0 pages in swap cache", SystemTotal::SwapCachePages, 0},
      {"491223 pages swap cached", SystemTotal::SwapCachePages, 491223},
      {"Free swap  = 3963444kB", SystemTotal::FreeSwapKb, 3963444},
      {"Free swap = 0kB", SystemTotal::FreeSwapKb, 0},
      {"Total swap = 5947384kB", SystemTotal::TotalSwapKb, 5947384},
      {"31744 pages RAM", SystemTotal::PagesRam, 31744},
      {"515887 pages of RAM", SystemTotal::PagesRam, 515887},
      {"16549378 pages HighMem", SystemTotal::PagesHighmem, 16549378},
      {"0 pages HighMem/MovableOnly", SystemTotal::PagesHighmem, 0},
      {"229376 pages of HIGHMEM", SystemTotal::PagesHighmem, 229376},
      {"546 pages reserved", SystemTotal::PagesReserved, 546},
      {"8379 reserved pages", SystemTotal::PagesReserved, 8379},
      {"8192 pages cma reserved", SystemTotal::PagesCmaReserved, 8192},
      {"0 pages hwpoisoned", SystemTotal::PagesHwpoisoned, 0},
      {"635488 pages shared", SystemTotal::PagesShared, 635488},
      {"261163 pages non-shared", SystemTotal::PagesNonShared, 261163},
      {"3 pages in pagetable cache", SystemTotal::PagesPagetableCache, 3},
  };
  for (const auto& [line, what, value] : cases) {
    const SystemTotalLine total = read<SystemTotalLine>(line);
    CHECK(total.what == what);
    CHECK(total.value == value);
  }
  CHECK(read<Damaged>("99999999999999999999 pages RAM").out_of_range);
  CHECK(read<Damaged>("Total swap = 59473").may_continue);
  CHECK(read<Damaged>("Free swap  =").may_continue);
  CHECK(read<Damaged>("Free swap  = lots").may_continue == false);
}

TEST_CASE("huge pages, reserves and the known rest of Mem-Info") {
  const Hugepages pool =
      read<Hugepages>("Node 1 hugepages_total=125 hugepages_free=124 hugepages_surp=3 hugepages_size=2048kB");
  CHECK(pool.node == 1U);
  CHECK(pool.total == 125);
  CHECK(pool.free == 124);
  CHECK(pool.surplus == 3);
  CHECK(pool.size_kb == 2048);
  CHECK(read<Damaged>("Node 0 hugepages_total=125 hugepages_free=1").may_continue);
  CHECK(read<Damaged>("Node 0 hugepages_total=99999999999999999999 hugepages_free=1").out_of_range);
  CHECK(read<LowmemReserve>("lowmem_reserve[]: 0 2976 12066 12066").pages ==
        std::vector<std::uint64_t>{0, 2976, 12066, 12066});
  CHECK(read<Damaged>("lowmem_reserve[]:").may_continue);
  CHECK(read<Damaged>("lowmem_reserve[]: 0 99999999999999999999").out_of_range);
  for (const std::string line : {"Mem-Info:", "Mem-info:", "Mem-Info: "}) read<MemInfoStart>(line);
  for (const std::string line :
       {"Node 0 DMA per-cpu:", "DMA32 per-cpu: empty", "cpu 0 hot: high 186, batch 31 used:173",
        "cpu 1 cold: high 62, batch 15 used:24", "CPU    0: hi:  186, btch:  31 usd: 139",
        "CPU    0: Hot: hi:  186, btch:  31 usd:  14   Cold: hi:   62, btch:  15 usd:  52",
        "Free pages:       12020kB (120kB HighMem)", "Swap cache stats: add 0, delete 0, find 0/0",
        "Swap cache: add 495985, delete 4762, find 0/1, race 0+0", "Free swap:            0kB", "12 pages dirty",
        "COMPACTION is disabled!!!", "excessive unreclaimable slab but cannot dump stats"}) {
    read<MemInfoOther>(line);
  }
}

TEST_CASE("the slab table is read row by row") {
  read<SlabTableStart>("Unreclaimable slab info:");
  read<SlabTableStart>("Name                      Used          Total");
  const SlabRow row = read<SlabRow>("scsi_sense_cache           4KB         12KB");
  CHECK(row.name == "scsi_sense_cache");
  CHECK(row.used == Kibibytes{4});
  CHECK(row.total == Kibibytes{12});
  CHECK(read<SlabRow>("kmalloc-1k(123:a.service)  4KB         12KB").name == "kmalloc-1k(123:a.service)");
  CHECK(read<Damaged>("skbuff          99999999999999999999KB         12KB").out_of_range);
}

TEST_CASE("the allocation table is read row by row") {
  read<AllocationTableStart>("Memory allocations:");
  read<AllocationTableStart>("Memory allocations (profiling is currently turned on):");
  const AllocationRow bytes = read<AllocationRow>("    56373248     4737 mm/slub.c:2259 func:alloc_slab_page");
  CHECK(bytes.size_as_printed == "56373248");
  CHECK(bytes.count == 4737);
  CHECK(bytes.where == "mm/slub.c:2259 func:alloc_slab_page");
  const AllocationRow human = read<AllocationRow>("    56.3 MiB     4737 net/ipv4/tcp.c:12 [tcp_x] func:tcp_alloc");
  CHECK(human.size_as_printed == "56.3 MiB");
  CHECK(human.where == "net/ipv4/tcp.c:12 [tcp_x] func:tcp_alloc");
  CHECK(read<Damaged>("    56.3 MiB 99999999999999999999 mm/slub.c:2259 func:alloc_slab_page").out_of_range);
}

TEST_CASE("boot messages with the same words are unrelated") {
  for (const std::string line : {"DMA: preallocated 128 KiB GFP_KERNEL pool for atomic allocations",
                                 "DMA zone: 64 pages used for memmap",
                                 "Normal   [mem 0x0000000100000000-0x000000023fffffff]",
                                 "Normal zone: 1234 pages",
                                 "Movable zone start for each node",
                                 "node 0: [mem 0x0000000000001000-0x000000000009efff]",
                                 "Node 0 deferred pages initialised in 12ms",
                                 "Node X free",
                                 "Memory: 8053016K/8387884K available (14345K kernel code)",
                                 "Free memory is 17432kB above reserved",
                                 "12 pages of a book",
                                 "12",
                                 "free: 12",
                                 "dirty:yes",
                                 "Name of the game",
                                 "Total pages: 12",
                                 "3 monkeys",
                                 "cpu hotplug is on",
                                 "cpu 0 is slow",
                                 "slab: 12 pages",
                                 "mapped to 5"}) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}
