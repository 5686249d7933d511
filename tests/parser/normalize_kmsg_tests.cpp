// /dev/kmsg, netconsole and pstore.
#include <catch2/catch.hpp>

#include "tests/parser/normalized.hpp"

using namespace oomwhy;
using oomwhy::test::normalize;
using oomwhy::test::normalize_line;

TEST_CASE("a record of /dev/kmsg has level, stamp and origin in its head") {
  const auto line = normalize_line("4,470,103660368,-;oomlab-recorder invoked oom-killer: order=0");
  CHECK(line.text == "oomlab-recorder invoked oom-killer: order=0");
  CHECK(line.priority == 4);
  CHECK(line.facility == 0);
  CHECK(line.uptime_us == 103660368);
  CHECK(line.transport == Transport::Kernel);
  CHECK(line.form == EnvelopeForm::KmsgRecord);
  CHECK(normalize_line("4,470,103660368,-,caller=T123;x").caller == "T123");
  CHECK(normalize_line("6.4.0-rc1,12,607,22085407756,-;x").uptime_us == 22085407756);
}

TEST_CASE("what a process wrote to /dev/kmsg is that process's") {
  const auto line = normalize_line("46,1535,105784603,-;systemd-journald[178]: Received client request");
  CHECK(line.transport == Transport::Userspace);
  CHECK(line.identifier == "systemd-journald");
  CHECK(line.sender_pid == 178u);
  CHECK(line.text == "Received client request");
  // A kernel's own text is never searched for a tag.
  CHECK(normalize_line("3,1,1,-;Out of memory: Killed process 1 (x)").identifier.empty());
}

TEST_CASE("escapes are bytes and newlines are lines") {
  const auto result = normalize("6,500,44742948,-;anon 31227904\\x0afile 0\\x0akernel 229376\n");
  CHECK(result.texts() == std::vector<std::string>{"anon 31227904", "file 0", "kernel 229376"});
  CHECK(result.lines[0].starts_record);
  CHECK_FALSE(result.lines[1].starts_record);
  CHECK(result.lines[2].line == 1);
  CHECK(normalize_line("3,802,1,-;Killed process 354 (\\xff\\xfebad\\x80)").text ==
        "Killed process 354 (\xff\xfe"
        "bad\x80)");
  CHECK(normalize_line("3,1062,1,-;Killed process 406 (back\\x5cslash)").text == "Killed process 406 (back\\slash)");
  // The name "\x0a": four characters, the backslash escaped.
  CHECK(normalize_line("3,1210,1,-;Killed process 434 (\\x5cx0a)").text == "Killed process 434 (\\x0a)");
  CHECK(normalize_line("3,1,1,-;cut \\x0").text == "cut \\x0");
}

TEST_CASE("properties of a record are no lines of the log") {
  const auto result = normalize(
      "6,280,1,-;pci 0000:00:01.0: enabling\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:01.0\n"
      "6,281,1,-;active_anon:1\\x0a active_file:2\n");
  CHECK(result.texts() == std::vector<std::string>{"pci 0000:00:01.0: enabling", "active_anon:1", " active_file:2"});
}

TEST_CASE("pieces of a line are put together") {
  // 3.5 to 4.8 mark the pieces; written from Documentation/ABI/testing/dev-kmsg.
  CHECK(normalize("6,10,1,c;Node 0 DMA: \n6,11,2,+;1*4kB (U) \n6,12,3,+;= 4kB\n6,13,4,-;next\n").texts() ==
        std::vector<std::string>{"Node 0 DMA: 1*4kB (U) = 4kB", "next"});
  // Pieces of another task are no part of it.
  CHECK(normalize("6,10,1,c,caller=T1;a\n6,11,2,+,caller=T2;b\n").texts() == std::vector<std::string>{"a", "b"});
  // netconsole cuts long records, here one of 12 bytes after 5.
  CHECK(normalize("6,10,1,-,ncfrag=0/12;hello\n6,10,1,-,ncfrag=5/12; world!\n6,11,1,-;next\n").texts() ==
        std::vector<std::string>{"hello world!", "next"});
  // The rest was lost on the way.
  CHECK(normalize("6,10,1,-,ncfrag=0/12;hello\n6,11,1,-;next\n").texts() == std::vector<std::string>{"hello", "next"});
  CHECK(normalize("6,10,1,c;open end\n").texts() == std::vector<std::string>{"open end"});
}

TEST_CASE("heads that are damaged leave the line as it is") {
  for (const std::string line : {"4,470,103660368,x;text", "4,470;text", "4,470,;text", ",,,;", "4,470,1", "4,x,1,-;t",
                                 "999999,1,1,-;t", "4,470,99999999999999999999,-;t"}) {
    INFO(line);
    CHECK(normalize_line(line).text == line);
    CHECK(normalize_line(line).transport == Transport::Unknown);
  }
}

TEST_CASE("pstore's parts are read oldest first") {
  const auto result = normalize(
      "Panic#2 Part1\n<4>[   45.200000] third\n<0>[   45.300000] Kernel panic - not syncing\n"
      "Panic#2 Part2\n<4>[   45.000000] first\n<4>[   45.100000] second\n"
      "Oops#1 Part1\n<4>[   11.000000] other dump\n");
  CHECK(result.texts() ==
        std::vector<std::string>{"first", "second", "third", "Kernel panic - not syncing", "other dump"});
  CHECK(result.lines[0].line == 5);
  CHECK(result.lines[2].line == 2);
  CHECK(result.lines[0].form == EnvelopeForm::Pstore);
  CHECK(result.main_form == EnvelopeForm::Pstore);
}

TEST_CASE("pstore's parts that are too large to be held are read as they stand, and that is said") {
  std::string text = "Panic#1 Part1\n";
  const std::string filler(1000, 'x');
  for (int i = 0; i < 9000; ++i) text += "<4>[   45.000000] " + filler + "\n";
  text += "Panic#1 Part2\n<4>[   44.000000] earlier\n";
  const auto result = normalize(std::move(text));
  CHECK(result.lines.size() == 9001);
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].kind == DiagnosticKind::TooLong);
}
