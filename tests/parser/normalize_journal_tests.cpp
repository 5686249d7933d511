// journalctl's structured forms, dmesg --json, and the JSON lines of containers and collectors.
#include <catch2/catch.hpp>

#include "tests/parser/normalized.hpp"

using namespace oomwhy;
using oomwhy::test::normalize;
using oomwhy::test::normalize_line;

namespace {

// systemd 252, shortened to the fields that say something.
const std::string kKernelFields =
    R"("_TRANSPORT":"kernel","SYSLOG_IDENTIFIER":"kernel","SYSLOG_FACILITY":"0","PRIORITY":"4","_HOSTNAME":"dbhost1",)"
    R"("_BOOT_ID":"7af5ed3e9d2146ce89efe7db18568ae8","__REALTIME_TIMESTAMP":"1795218103174915",)"
    R"("_SOURCE_MONOTONIC_TIMESTAMP":"103660368","__CURSOR":"s=645c;i=21f")";

std::string length_of(std::size_t size) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(size >> (8 * i) & 0xff));
  return bytes;
}

void check_kernel_line(const oomwhy::test::OwnedLine& line) {
  CHECK(line.transport == Transport::Kernel);
  CHECK(line.identifier == "kernel");
  CHECK(line.host == "dbhost1");
  CHECK(line.boot_id == "7af5ed3e9d2146ce89efe7db18568ae8");
  CHECK(line.priority == 4);
  CHECK(line.facility == 0);
  CHECK(line.uptime_us == 103660368);
  CHECK(line.realtime_us == 1795218103174915);
  CHECK(line.clock == Clock::Received);
  CHECK(line.cursor.starts_with("s=645c;i=21f"));
  CHECK_FALSE(line.fields.empty());
}

}  // namespace

TEST_CASE("a journal entry as JSON, on one line, over many, and with a record separator") {
  const auto one = "{" + kKernelFields + R"(,"MESSAGE":"hog invoked oom-killer: order=0"})";
  std::string pretty = "{\n\t" + kKernelFields + ",\n\t\"MESSAGE\" : \"hog invoked oom-killer: order=0\"\n}\n";
  for (const auto& text : {one, pretty, "\x1e" + one + "\n", "data: " + one + "\n\n", "[" + one + "]\n"}) {
    INFO(text);
    const auto result = normalize(text);
    REQUIRE_FALSE(result.lines.empty());
    CHECK(result.lines[0].text == "hog invoked oom-killer: order=0");
    CHECK(result.lines[0].form == EnvelopeForm::JournalJson);
    check_kernel_line(result.lines[0]);
    CHECK(result.diagnostics.empty());
  }
}

TEST_CASE("a message that is not UTF-8 is an array of bytes in JSON") {
  const auto line = normalize_line("{" + kKernelFields + R"(,"MESSAGE":[40,255,254,98,97,100,128,41]})");
  CHECK(line.text ==
        "(\xff\xfe"
        "bad\x80)");
  CHECK(normalize_line("{" + kKernelFields + ",\n\t\"MESSAGE\" : [\n\t\t40,\n\t\t255\n\t]\n}").text == "(\xff");
}

TEST_CASE("bytes inside of JSON text come out as they went in") {
  const std::string name =
      "caf\xc3\xa9 \xff\xfe"
      "bad\x80";
  CHECK(normalize_line("{" + kKernelFields + ",\"MESSAGE\":\"" + name + "\"}").text == name);
  CHECK(
      normalize_line("{" + kKernelFields + R"(,"MESSAGE":"caf\u00e9 \u65e5 \ud83d\ude00 \u001b[31m \\u00e9 \"q\" \/"})")
          .text == "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80 \x1b[31m \\u00e9 \"q\" /");
  // A lone half of a pair is no character; a control character that the writer left raw is kept.
  CHECK(normalize_line("{" + kKernelFields + ",\"MESSAGE\":\"a\\ud83d b\x01\x1b[m c\"}").text ==
        "a\xef\xbf\xbd b\x01\x1b[m c");
}

TEST_CASE("a message that journalctl left out for its size is reported") {
  const auto result = normalize("{" + kKernelFields + R"(,"MESSAGE":null})" + "\n");
  CHECK(result.lines.empty());
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].kind == DiagnosticKind::TooLong);
  CHECK(result.diagnostics[0].origin.line == 1);
}

TEST_CASE("a newline in a message makes further lines of one record") {
  const auto result = normalize("{" + kKernelFields + R"(,"MESSAGE":"anon 1\nfile 0"})");
  CHECK(result.texts() == std::vector<std::string>{"anon 1", "file 0"});
  CHECK_FALSE(result.lines[1].starts_record);
  CHECK(result.lines[1].line == 1);
}

TEST_CASE("only journald's own word makes a line the kernel's") {
  struct Entry {
    std::string fields;
    Transport transport;
  };
  const std::vector<Entry> entries = {
      {R"("_TRANSPORT":"kernel","SYSLOG_IDENTIFIER":"kernel","SYSLOG_FACILITY":"0")", Transport::Kernel},
      {R"("_TRANSPORT":"kernel","SYSLOG_IDENTIFIER":"systemd","SYSLOG_FACILITY":"3")", Transport::Userspace},
      {R"("_TRANSPORT":"kernel","SYSLOG_IDENTIFIER":"kernel","SYSLOG_FACILITY":"1")", Transport::Userspace},
      {R"("_TRANSPORT":"syslog","SYSLOG_IDENTIFIER":"kernel","SYSLOG_FACILITY":"0")", Transport::Userspace},
      {R"("_TRANSPORT":"stdout","SYSLOG_IDENTIFIER":"earlyoom")", Transport::Userspace},
      {R"("SYSLOG_IDENTIFIER":"kernel")", Transport::Unknown},
  };
  for (const auto& entry : entries) {
    INFO(entry.fields);
    const auto line = normalize_line("{" + entry.fields + R"(,"__REALTIME_TIMESTAMP":"1","MESSAGE":"x"})");
    CHECK(line.text == "x");
    CHECK(line.transport == entry.transport);
  }
}

TEST_CASE("when a message was sent outweighs when it was read") {
  const auto line =
      normalize_line(R"({"__REALTIME_TIMESTAMP":"1795218105000000","_SOURCE_REALTIME_TIMESTAMP":"1795218103000000",)"
                     R"("SYSLOG_IDENTIFIER":"systemd","_PID":"1","MESSAGE":"x"})");
  CHECK(line.realtime_us == 1795218103000000);
  CHECK(line.sender_pid == 1u);
}

TEST_CASE("the journal export format, with text and with binary fields") {
  const std::string head =
      "__CURSOR=s=645c;i=21f\n__REALTIME_TIMESTAMP=1795218103174915\n_BOOT_ID=7af5ed3e9d2146ce89efe7db18568ae8\n"
      "_SOURCE_MONOTONIC_TIMESTAMP=103660368\n_TRANSPORT=kernel\nPRIORITY=4\nSYSLOG_FACILITY=0\n"
      "SYSLOG_IDENTIFIER=kernel\n_HOSTNAME=dbhost1\n";
  const std::string binary = "anon 31227904\nfile 0\n\xff\n\nMESSAGE=no field";
  const auto result = normalize(head + "MESSAGE=text = with = signs\n\n" + head + "MESSAGE\n" +
                                length_of(binary.size()) + binary + "\n\n");
  CHECK(result.texts() ==
        std::vector<std::string>{"text = with = signs", "anon 31227904", "file 0", "\xff", "", "MESSAGE=no field"});
  check_kernel_line(result.lines[0]);
  check_kernel_line(result.lines[1]);
  CHECK(result.lines[1].starts_record);
  CHECK_FALSE(result.lines[2].starts_record);
  CHECK(result.lines[1].form == EnvelopeForm::JournalExport);
  CHECK(result.lines[1].line == 12);
  CHECK(result.diagnostics.empty());
}

TEST_CASE("damage in an export costs the field, not the log") {
  const std::string head = "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n_TRANSPORT=kernel\n";
  // A length that no field has.
  const auto absurd = normalize(head + "MESSAGE\n" + std::string(8, '\xff') + "x\n\n" + head + "MESSAGE=after\n\n");
  REQUIRE_FALSE(absurd.lines.empty());
  CHECK(absurd.lines.back().text == "after");
  CHECK_FALSE(absurd.diagnostics.empty());
  // The end of the input inside of a field.
  const auto cut = normalize(head + "MESSAGE\n" + length_of(100) + "short");
  REQUIRE(cut.diagnostics.size() == 1);
  CHECK(cut.diagnostics[0].kind == DiagnosticKind::Truncated);
  // No blank line between two entries; a text log behind the last one.
  const auto joined = normalize(head + "MESSAGE=a\n" + head + "MESSAGE=b\n[    1.000000] c\n");
  CHECK(joined.texts() == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("journalctl -o verbose") {
  // 0x660bdc95583ff is 1795218103174143.
  const auto result = normalize(
      "Fri 2026-11-20 23:41:43.174143 UTC [s=645c;i=21f;b=7af5ed3e9d2146ce89efe7db18568ae8;m=6;t=660bdc95583ff;x=7]\n"
      "    _TRANSPORT=kernel\n    PRIORITY=6\n    SYSLOG_FACILITY=0\n    SYSLOG_IDENTIFIER=kernel\n"
      "    MESSAGE=anon 31227904\n            file 0\n              own blanks\n"
      "    _SOURCE_MONOTONIC_TIMESTAMP=103660368\n    _HOSTNAME=dbhost1\n"
      "Fri 2026-11-20 23:41:44.174143 UTC [s=645c;i=220;b=7;m=6;t=660bdc95583ff;x=7]\n"
      "    MESSAGE=[80B blob data]\n");
  CHECK(result.texts() == std::vector<std::string>{"anon 31227904", "file 0", "  own blanks", "[80B blob data]"});
  CHECK(result.lines[0].line == 6);
  CHECK(result.lines[0].uptime_us == 103660368);
  CHECK(result.lines[0].realtime_us == 1795218103174143);
  CHECK(result.lines[0].as_printed == "Fri 2026-11-20 23:41:43.174143");
  CHECK(result.lines[0].transport == Transport::Kernel);
  CHECK(result.lines[0].cursor.starts_with("s=645c;i=21f;"));
  CHECK(result.lines[0].form == EnvelopeForm::JournalVerbose);
  CHECK_FALSE(result.lines[1].starts_record);
}

TEST_CASE("dmesg --json") {
  const auto result = normalize(
      "{\n   \"dmesg\": [\n      {\n         \"pri\": 4,\n         \"time\":   103.660368,\n"
      "         \"msg\": \"\xff invoked oom-killer: \\\"order=0\"\n      },{\n         \"pri\": 6,\n"
      "         \"time\":   103.662619,\n         \"caller\": \"T233\",\n         \"msg\": \"anon 1\\nfile 0\"\n"
      "      },{\n         \"fac\": \"syslog\",\n         \"pri\": \"info\",\n         \"time\": "
      "\"2026-11-20T23:41:39,660368+00:00\",\n"
      "         \"msg\": \"systemd-journald[178]: x\"\n      }\n   ]\n}\n[    9.000000] plain text follows\n");
  CHECK(result.texts() == std::vector<std::string>{"\xff invoked oom-killer: \"order=0", "anon 1", "file 0",
                                                   "systemd-journald[178]: x", "plain text follows"});
  CHECK(result.lines[0].uptime_us == 103660368);
  CHECK(result.lines[0].priority == 4);
  CHECK(result.lines[0].line == 3);
  CHECK(result.lines[0].form == EnvelopeForm::DmesgJson);
  CHECK(result.lines[1].caller == "T233");
  CHECK(result.lines[1].line == 7);
  CHECK_FALSE(result.lines[2].starts_record);
  CHECK(result.lines[3].facility == 5);
  CHECK(result.lines[3].priority == 6);
  CHECK(result.lines[3].realtime_us == 1795218099660368);
  CHECK(result.diagnostics.empty());
}

TEST_CASE("logs of containers keep the stamp of the runtime and of the line within") {
  const auto docker =
      normalize(R"({"log":"[   12.345678] Out of memory: Kil","stream":"stdout","time":"2026-11-20T23:41:39.1Z"})"
                "\n"
                R"({"log":"led process 1 (x)\n","stream":"stdout","time":"2026-11-20T23:41:39.1Z"})"
                "\n"
                R"({"log":"plain\n","stream":"stderr","time":"2026-11-20T23:41:39.1Z"})"
                "\n");
  CHECK(docker.texts() == std::vector<std::string>{"Out of memory: Killed process 1 (x)", "plain"});
  CHECK(docker.lines[0].uptime_us == 12345678);
  CHECK(docker.lines[0].realtime_us == 1795218099100000);
  CHECK(docker.lines[0].form == EnvelopeForm::ContainerJson);
  const auto kubernetes = normalize(
      "2026-11-20T23:41:39.123456789Z stdout P [   12.345678] Out of memory: Kil\n"
      "2026-11-20T23:41:39.123456789Z stdout F led process 1 (x)\n"
      "2026-11-20T23:41:39.123456789Z stderr F plain\n");
  CHECK(kubernetes.texts() == std::vector<std::string>{"Out of memory: Killed process 1 (x)", "plain"});
  CHECK(kubernetes.lines[0].uptime_us == 12345678);
  CHECK(kubernetes.lines[1].realtime_us == 1795218099123456);
  CHECK(kubernetes.lines[0].form == EnvelopeForm::ContainerCri);
}

TEST_CASE("a collector's JSON is read by its text, with a journal entry inside of it or a line") {
  const auto line = normalize_line(
      R"({"@timestamp":"2026-11-20T23:41:39Z","host":{"hostname":"db7"},"message":"[   12.345678] Mem-Info:"})");
  CHECK(line.text == "Mem-Info:");
  CHECK(line.host == "db7");
  CHECK(line.uptime_us == 12345678);
  const auto wrapped =
      normalize_line("{\"insertId\":\"x\",\"jsonPayload\":{" + kKernelFields + ",\"MESSAGE\":\"Mem-Info:\"}}");
  CHECK(wrapped.text == "Mem-Info:");
  CHECK(wrapped.transport == Transport::Kernel);
}

TEST_CASE("JSON that was cut gives what it still has") {
  const auto whole =
      "{" + kKernelFields + R"(,"MESSAGE":"hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0"})";
  const auto in_message = normalize(whole.substr(0, whole.size() - 12));
  REQUIRE(in_message.lines.size() == 1);
  CHECK(in_message.lines[0].text == "hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL");
  REQUIRE(in_message.diagnostics.size() == 1);
  CHECK(in_message.diagnostics[0].kind == DiagnosticKind::Truncated);
}

TEST_CASE("what only begins like JSON is text") {
  const auto result = normalize(
      "{\n  int x = 1; // a piece of C\n}\n[    1.000000] a\n{ \"unclosed\": [\n[    2.000000] b\n{\"a\": tru\x01}\n[  "
      "  3.000000] c\n");
  const auto texts = result.texts();
  for (const std::string text : {"a", "b", "c"}) CHECK(std::count(texts.begin(), texts.end(), text) == 1);
  CHECK(std::count(texts.begin(), texts.end(), "  int x = 1; // a piece of C") == 1);
}
