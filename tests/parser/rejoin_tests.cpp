// Lines that were broken or run together on their way.
#include <catch2/catch.hpp>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

namespace {

using Lines = std::vector<std::string>;

const std::string kHeader = "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name";

}  // namespace

TEST_CASE("a newline in a comm gives the same name in every spelling that shows the record's bounds") {
  const auto lines = GENERATE(
      // console and rsyslog: a prefix before each line
      Lines{"[   51.107523] Out of memory: Killed process 335 (new",
            "[   51.107523] line) total-vm:27720kB, anon-rss:26596kB, file-rss:700kB, shmem-rss:0kB"},
      // dmesg: the further line under the text
      Lines{"[   51.107523] Out of memory: Killed process 335 (new",
            "               line) total-vm:27720kB, anon-rss:26596kB, file-rss:700kB, shmem-rss:0kB"},
      // /dev/kmsg
      Lines{"3,691,51107523,-;Out of memory: Killed process 335 (new\\x0aline) total-vm:27720kB, anon-rss:26596kB, "
            "file-rss:700kB, shmem-rss:0kB"});
  const auto [events, summary] = assemble(lines);
  REQUIRE(events.size() == 1);
  CHECK(events[0].victims[0].comm == "new\nline");
  CHECK(events[0].victims[0].anon_rss == Kibibytes{26596});
}

TEST_CASE("a newline in a row's name is the name's") {
  const auto [events, summary] =
      assemble(Lines{"[   51.095820] " + kHeader,
                     "[   51.106598] [    335]     0   335     6930     6824    94208        0             0 new",
                     "               line",
                     "[   51.106600] [    336]     0   336     6930     6824    94208        0             0 next"});
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].tasks.size() == 2);
  CHECK(events[0].tasks[0].comm == "new\nline");
  CHECK(events[0].tasks[1].comm == "next");
}

TEST_CASE("a line that a mail program wrapped is one line") {
  const auto [events, summary] =
      assemble(Lines{"[  280.327318] Node 0 DMA free:7880kB min:28kB low:32kB high:40kB",
                     "active:0kB inactive:3620kB present:10788kB pages_scanned:16863", "all_unreclaimable? yes",
                     "[  280.335694] 515887 pages of RAM",
                     "[  280.335694] Out of memory: kill process 2842 (a.out) score 494723 or a child",
                     "[  280.335694] Killed process 2842 (a.out)"});
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].zones.size() == 1);
  CHECK(events[0].zones[0].present == Kibibytes{10788});
}

TEST_CASE("prose in the middle of a wrapped line is stepped over") {
  const auto [events, summary] = assemble(Lines{"[  10.000001] memory: usage 1048556kB, limit", "",
                                                "I see you were on v1 here.", "", "1048576kB, failcnt 153"});
  REQUIRE(events.size() == 1);
  CHECK(events[0].memcg->memory->limit == Kibibytes{1048576});
  CHECK(events[0].memcg->memory->failcnt == 153);
}

TEST_CASE("a cut line does not swallow the whole line behind it") {
  const auto [events, summary] = assemble(Lines{
      "[   10.000001] Out of memory: Killed process 1 (a) total-vm:4kB, anon-r",
      "[   10.000002] Out of memory: Killed process 2 (b) total-vm:4kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB"});
  REQUIRE(events.size() == 2);
  CHECK(events[0].victims[0].pid == 1U);
  CHECK(events[1].victims[0].pid == 2U);
}

TEST_CASE("rows on one physical line are taken apart") {
  const auto [events, summary] = assemble(Lines{
      "[ 5.168142] " + kHeader,
      "[ 5.168152] [ 137] 0 137 7312 317 77824 0 0 (udev-worker) [ 5.168153] [ 138] 0 138 7312 318 77824 0 0 agetty"});
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].tasks.size() == 2);
  CHECK(events[0].tasks[0].comm == "(udev-worker)");
  CHECK(events[0].tasks[1].comm == "agetty");
}

TEST_CASE("a name that looks like a stamp is kept whole") {
  const auto [events, summary] = assemble(
      Lines{"[    5.168142] " + kHeader,
            "[    5.168152] [    137]     0   137     7312      317    77824        0             0 a [1.000002] b"});
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].tasks.size() == 1);
  CHECK(events[0].tasks[0].comm == "a [1.000002] b");
}
