// One input from its bytes to its events, and what is said about the input.
#include <catch2/catch.hpp>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

TEST_CASE("a file that cannot be opened is an error and no event") {
  const auto summaries = read_file("/nonexistent/kern.log", {}, [](OomEvent) { FAIL("an event of nothing"); });
  REQUIRE(summaries.size() == 1);
  CHECK(summaries[0].error);
  CHECK(summaries[0].source == "/nonexistent/kern.log");
}

TEST_CASE("the summary has the form, the first and the last stamp, and counts the bytes") {
  const std::string text = "[    1.000000] Linux version 6.1.0\n[    2.500000] usb 1-1: new device\n";
  const auto [events, summary] = assemble(text);
  CHECK(summary.kind == "dmesg");
  CHECK(summary.bytes == text.size());
  CHECK(summary.lines == 2);
  CHECK(summary.first->uptime_us == 1000000);
  CHECK(summary.last->uptime_us == 2500000);
}

TEST_CASE("a line that is too long is said so, and the lines behind it are read") {
  const std::string kill =
      "Out of memory: Killed process 5 (x) total-vm:4kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB\n";
  const auto [events, summary] = assemble(std::string(kLongestLine + 100, 'x') + "\n" + kill);
  CHECK(events.size() == 1);
  REQUIRE(summary.diagnostics.size() == 1);
  CHECK(summary.diagnostics[0].kind == DiagnosticKind::TooLong);
}

TEST_CASE("diagnostics are bounded and the rest is counted") {
  std::string text = "a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n";
  for (int i = 0; i < 1500; ++i) text += "Out of memory: Killed process 99999999999999 (x) total-vm:4kB\n";
  const auto [events, summary] = assemble(text);
  CHECK(summary.diagnostics.size() == 1000);
  CHECK(summary.diagnostics_omitted >= 500);
}

TEST_CASE("lost messages are a blind spot") {
  const auto [events, summary] = assemble(std::string("[    1.000000] printk: 318 messages dropped\n"));
  REQUIRE(summary.blind_spots.size() == 1);
  CHECK(summary.blind_spots[0].kind == BlindSpotKind::RecordsLost);
}

TEST_CASE("junk, zeros and no final newline neither crash nor make an event") {
  const std::string junk("\0\xff\xfe{\"[ 12.3<6>\r\n\n\x1b[31m[  pid  ]", 31);
  CHECK(assemble(junk).events.empty());
}
