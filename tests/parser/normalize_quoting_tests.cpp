// Log lines as people pass them on: quoted, indented, numbered, wrapped into other text; and files that change form.
#include <catch2/catch.hpp>

#include "tests/parser/normalized.hpp"

using namespace oomwhy;
using oomwhy::test::normalize;
using oomwhy::test::normalize_line;

TEST_CASE("decoration in front of an envelope goes") {
  for (const std::string decoration : {"> ",     ">> ",  "> > ",          "# ",        "| ",
                                       "* ",     "- ",   "    ",          "\t",        "166233 ",
                                       "812:",   "812-", "   812\t",      "kern.log:", "/var/log/kern.log.1:812:",
                                       ">     ", "+",    "\xE2\x80\xA2 ", "`",         "-- "}) {
    INFO(decoration);
    for (const std::string envelope :
         {"[   12.345678] ", "Apr 18 00:37:34 host kernel: [   12.345678] ", "<4>[   12.345678] ",
          "2026-11-20T23:45:53+00:00 host kernel: [   12.345678] "}) {
      const auto line = normalize_line(decoration + envelope + " <TASK>");
      CHECK(line.text == " <TASK>");
      CHECK(line.uptime_us == 12345678);
    }
  }
}

TEST_CASE("a quoted record keeps its further lines") {
  const auto result = normalize(
      "> [   44.742948] anon 31227904\n>                file 0\n>\n> [   44.744540] Tasks state\n"
      "    [   44.742948] anon 31227904\n                   file 0\n");
  CHECK(result.texts() ==
        std::vector<std::string>{"anon 31227904", "file 0", "", "Tasks state", "anon 31227904", "file 0"});
  CHECK_FALSE(result.lines[1].starts_record);
  CHECK_FALSE(result.lines[5].starts_record);
}

TEST_CASE("quote marks and the indentation of a block go from lines without an envelope, too") {
  CHECK(normalize("> Mem-Info:\n>  active_file:1\n>> Killed process 1 (x)\n").texts() ==
        std::vector<std::string>{"Mem-Info:", " active_file:1", "Killed process 1 (x)"});
  CHECK(
      normalize("Here is the log:\n\n    Mem-Info:\n     active_file:1\n    [  812]   110   812 1 1 0 0 x\n").texts() ==
      std::vector<std::string>{"Here is the log:", "", "Mem-Info:", " active_file:1", "[  812]   110   812 1 1 0 0 x"});
  CHECK(normalize("Log:\n    Mem-Info:\n     active_file:1\n").texts() ==
        std::vector<std::string>{"Log:", "Mem-Info:", " active_file:1"});
  // One or two blanks may be a name's own, unless the block begins with them.
  CHECK(normalize("Mem-Info:\n  lead invoked oom-killer: order=0\n").texts().back() ==
        "  lead invoked oom-killer: order=0");
  CHECK(normalize(" leaker invoked oom-killer: order=0\n CPU: 0 PID: 2746\n  ? page_fault+0x8/0x30\n").texts() ==
        std::vector<std::string>{"leaker invoked oom-killer: order=0", "CPU: 0 PID: 2746", " ? page_fault+0x8/0x30"});
}

TEST_CASE("a fence is no line of the log") {
  CHECK(normalize("```\n[    1.000000] a\n```\n~~~text\nb\n~~~\n").texts() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a file may change its form at any line") {
  const auto result = normalize(
      "[    1.000000] dmesg\n"
      "4,470,2000000,-;kmsg\n"
      "Nov 20 23:45:53 h kernel: syslog\n"
      "{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"json\"}\n"
      "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\nMESSAGE=export\n\n"
      "Fri 2026-11-20 23:45:53 UTC h kernel: full\n"
      "bare\n"
      "kern  :warn  : [    3.000000] facility\n");
  CHECK(result.texts() ==
        std::vector<std::string>{"dmesg", "kmsg", "syslog", "json", "export", "full", "bare", "facility"});
  CHECK(result.lines.back().line == 11);
}

TEST_CASE("files as machines leave them: byte order mark, zeros after a crash, no last newline, no bytes at all") {
  CHECK(normalize_line("\xEF\xBB\xBF[    1.000000] x").uptime_us == 1000000);
  CHECK(normalize(std::string(5000, '\0') + "[    1.000000] x\n").texts() == std::vector<std::string>{"x"});
  CHECK(normalize_line("[    1.000000] no newline").text == "no newline");
  CHECK(normalize("").lines.empty());
  const std::string zero("[    1.000000] a\0b", 18);
  CHECK(normalize_line(zero).text == std::string("a\0b", 3));
}

TEST_CASE("lines that nothing is known of are handed on as they are") {
  for (const std::string line :
       {"\xff\xfe\x80", "-",     "--",   ">",      "#",       "12:",   ":",
        "a:b:c",        "<",     "{",    "}",      "~",       "=====", "12345678901234567890 x",
        "> > > >",      "\x1b[", "\x1e", "[[[[[[", "kern  :", "Oops#"}) {
    INFO(line);
    const auto result = normalize(line + "\n");
    CHECK(result.lines.size() == 1);
    CHECK(result.lines.front().line == 1);
  }
}

TEST_CASE("every line of an input comes out once, whatever it is") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "[" + std::to_string(i) + ".000000] line " + std::to_string(i) + "\n";
  const auto result = normalize(text);
  REQUIRE(result.lines.size() == 300);
  for (std::size_t i = 0; i < 300; ++i) CHECK(result.lines[i].line == i + 1);
}
