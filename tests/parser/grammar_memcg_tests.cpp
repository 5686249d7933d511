// The memory cgroup block (kernel-formats: 2.4, 2.5). What is expected stands in the lines.
#include <catch2/catch.hpp>
#include <string>

#include "parser/grammar.hpp"
#include "tests/parser/classified.hpp"

using namespace oomwhy;
using oomwhy::test::read;

TEST_CASE("the usage of a cgroup is read for each counter") {
  const std::pair<std::string, MemoryCounter> cases[] = {{"memory: ", MemoryCounter::Memory},
                                                         {"memory+swap: ", MemoryCounter::MemorySwap},
                                                         {"kmem: ", MemoryCounter::Kmem},
                                                         {"swap: ", MemoryCounter::Swap}};
  for (const auto& [words, counter] : cases) {
    for (const std::string joint : {" ", "\n"}) {
      const MemcgUsage usage =
          read<MemcgUsage>(words + "usage 1048556kB, limit" + joint + "9007199254740988kB, failcnt 153");
      CHECK(usage.counter == counter);
      CHECK(usage.usage == Kibibytes{1048556});
      CHECK(usage.limit == Kibibytes{9007199254740988});
      CHECK(usage.failcnt == 153);
    }
  }
}

TEST_CASE("a usage line that is not whole is damaged") {
  for (const std::string line :
       {"memory: usage ", "memory: usage 10485", "memory+swap: usage 1048556kB,", "kmem: usage 1048556kB, limit",
        "swap: usage 1048556kB, limit 90071992547", "memory: usage 1048556kB, limit 9kB,",
        "memory: usage 1048556kB, limit 9kB, failcnt"}) {
    CHECK(read<Damaged>(line).may_continue);
  }
  CHECK(read<Damaged>("memory: usage 99999999999999999999kB, limit 9kB, failcnt 0").out_of_range);
  CHECK(read<Damaged>("memory: usage 5kB, limit 99999999999999999999kB, failcnt 0").out_of_range);
  CHECK_FALSE(read<Damaged>("memory: usage 5kB, limit unlimited").may_continue);
}

TEST_CASE("the cgroups of a kill are read, from one line or from the pieces of 3.15") {
  const MemcgKilledTask whole = read<MemcgKilledTask>("Task in /a/b killed as a result of limit of /a");
  CHECK(whole.victim_path == "/a/b");
  CHECK(whole.limit_path == "/a");
  CHECK_FALSE(whole.cut);
  const MemcgKilledTask excuse =
      read<MemcgKilledTask>("Task in (name too long) killed as a result of limit of (error)");
  CHECK(excuse.victim_path == "(name too long)");
  CHECK(excuse.limit_path == "(error)");
  const MemcgKilledTask first = read<MemcgKilledTask>("Task in /a/b");
  CHECK(first.victim_path == "/a/b");
  CHECK_FALSE(first.limit_path);
  CHECK(first.cut);
  const MemcgKilledTask second = read<MemcgKilledTask>(" killed as a result of limit of /a");
  CHECK_FALSE(second.victim_path);
  CHECK(second.limit_path == "/a");
  CHECK(read<MemcgKilledTask>("Task in /x killed as a result of limit of /x killed as a result of limit of /")
            .limit_path == "/");
  CHECK(read<MemcgKilledTask>("Task in /a killed as a result of limit of /kubep...").cut);
  CHECK(read<MemcgLimitReached>("Memory limit reached of cgroup /syz0").path == "/syz0");
}

TEST_CASE("the header of the statistics is read with what follows it") {
  const MemcgStatsHeader alone = read<MemcgStatsHeader>("Memory cgroup stats for /lxc/39004:");
  CHECK(alone.path == "/lxc/39004");
  CHECK(alone.inline_stats_kb.empty());
  CHECK_FALSE(alone.cut);
  CHECK(read<MemcgStatsHeader>("Memory cgroup stats for /a:b c:").path == "/a:b c");
  const MemcgStatsHeader inside = read<MemcgStatsHeader>(
      "Memory cgroup stats for /syz0: cache:680KB rss:176336KB rss_huge:163840KB  \nshmem:740KB mapped_file:660KB "
      "active_file:0KB  \nunevictable:5KB");
  CHECK(inside.path == "/syz0");
  REQUIRE(inside.inline_stats_kb.size() == 7);
  CHECK(inside.inline_stats_kb[1].key == "rss");
  CHECK(inside.inline_stats_kb[1].value == 176336);
  CHECK(inside.inline_stats_kb[6].value == 5);
  CHECK_FALSE(inside.cut);
  const MemcgStatsHeader pathless = read<MemcgStatsHeader>("Memory cgroup stats: cache:0KB rss:4KB unevictable:0KB");
  CHECK_FALSE(pathless.path);
  CHECK(pathless.inline_stats_kb.size() == 3);
}

TEST_CASE("statistics that were cut give the figures that have their unit") {
  const MemcgStatsHeader cut = read<MemcgStatsHeader>("Memory cgroup stats for /a: cache:680KB rss:1763");
  CHECK(cut.cut);
  REQUIRE(cut.inline_stats_kb.size() == 1);
  const MemcgStatsHeader marked = read<MemcgStatsHeader>("Memory cgroup stats for /user.slice/run-u...");
  CHECK(marked.cut);
  CHECK_FALSE(marked.path);
  const MemcgStatsHeader huge =
      read<MemcgStatsHeader>("Memory cgroup stats for /a: cache:99999999999999999999KB rss:4KB unevictable:0KB");
  CHECK(huge.out_of_range);
  CHECK(huge.inline_stats_kb.size() == 2);
}

TEST_CASE("a statistic is a lower-case key and a number, and nothing else") {
  for (const std::string key : {"anon", "file_mapped", "pgsteal_kswapd", "total_rss_huge", "hierarchical_memory_limit",
                                "numa_pages_migrated", "thp_swpout_fallback"}) {
    const MemcgStat stat = read<MemcgStat>("               " + key + " 9223372036854771712 ");
    CHECK(stat.key == key);
    CHECK(stat.value == 9223372036854771712U);
  }
  CHECK(read<Damaged>("anon 99999999999999999999").out_of_range);
  for (const std::string line :
       {"anon", "anon x", "anon 12 kB", "anon: 12", "anon -12", "Anon 12", "anon 12x", "a 5"}) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}

TEST_CASE("the protection line is read although nothing ends it") {
  const CgroupProtection protection =
      read<CgroupProtection>("Memory cgroup min protection 12kB -- low protection 34kB");
  CHECK(protection.min == Kibibytes{12});
  CHECK(protection.low == Kibibytes{34});
  CHECK(read<CgroupProtection>("Memory cgroup min protection 0kB -- low protection 0kBTasks state").min ==
        Kibibytes{0});
  CHECK(read<Damaged>("Memory cgroup min protection 0kB -- low").may_continue);
  CHECK(read<Damaged>("Memory cgroup min protection 99999999999999999999kB -- low protection 0kB").out_of_range);
}

TEST_CASE("sentences about tasks and memory are unrelated") {
  for (const std::string line : {"Task in progress", "Task in queue killed as a result of limit of patience",
                                 "killed as a result of limit of time", "Memory cgroup charge moving is deprecated",
                                 "memory: 12 MB", "swap: enabled", "Memory limit reached"}) {
    INFO(line);
    CHECK(std::holds_alternative<Unrelated>(classify(line)));
  }
}
