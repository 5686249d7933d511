// Syslog files and journalctl's text forms. Lines are from captured systems (systemd 247 and 252, rsyslog 8.2102 and
// 8.2302) where not said otherwise.
#include <catch2/catch.hpp>

#include "tests/parser/normalized.hpp"

using namespace oomwhy;
using oomwhy::test::normalize;
using oomwhy::test::normalize_line;

namespace {

constexpr std::int64_t kNov20_234553 = 1795218353'000000;  // 2026-11-20 23:45:53 UTC

struct Case {
  std::string prefix;
  std::string host;
  EnvelopeForm form;
  std::optional<std::int64_t> uptime_us;
  std::optional<std::int64_t> realtime_us;
};

}  // namespace

TEST_CASE("every text form of syslog and journalctl gives the same text") {
  const std::vector<Case> cases = {
      {"Nov 20 23:45:53 dbhost1 kernel: ", "dbhost1", EnvelopeForm::Syslog3164, {}, {}},
      {"Nov 20 23:45:53.205414 dbhost1 kernel: ", "dbhost1", EnvelopeForm::Syslog3164, {}, {}},
      {"Nov 20 23:45:53 dbhost1 kernel: [   44.742485] ", "dbhost1", EnvelopeForm::Syslog3164, 44742485, {}},
      {"2026-11-20T23:45:53.193572+00:00 dbhost1 kernel: [   44.742485] ", "dbhost1", EnvelopeForm::SyslogIso, 44742485,
       kNov20_234553 + 193572},
      {"2026-11-20T23:45:53+0000 dbhost1 kernel: ", "dbhost1", EnvelopeForm::JournalShort, {}, kNov20_234553},
      {"2026-11-20T23:45:53.205414+0000 dbhost1 kernel: ",
       "dbhost1",
       EnvelopeForm::JournalShort,
       {},
       kNov20_234553 + 205414},
      {"2026-11-20T23:45:53+00:00 dbhost1 kernel: ", "dbhost1", EnvelopeForm::SyslogIso, {}, kNov20_234553},
      {"2026-11-21T00:45:53+01:00 dbhost1 kernel: ", "dbhost1", EnvelopeForm::SyslogIso, {}, kNov20_234553},
      {"[   44.742485] dbhost1 kernel: ", "dbhost1", EnvelopeForm::JournalShort, 44742485, {}},
      {"[   44.742485 <    0.000129 >] dbhost1 kernel: ", "dbhost1", EnvelopeForm::JournalShort, 44742485, {}},
      {"[   44.742485                ] dbhost1 kernel: ", "dbhost1", EnvelopeForm::JournalShort, 44742485, {}},
      {"Fri 2026-11-20 23:45:53 UTC dbhost1 kernel: ", "dbhost1", EnvelopeForm::JournalShort, {}, kNov20_234553},
      {"Fri 2026-11-20 23:45:53 CET dbhost1 kernel: ", "dbhost1", EnvelopeForm::JournalShort, {}, {}},
      {"1795218353.205414 dbhost1 kernel: ", "dbhost1", EnvelopeForm::JournalShort, {}, kNov20_234553 + 205414},
      {"<4>1 2026-11-20T23:45:53.193572Z dbhost1 kernel - - - ",
       "dbhost1",
       EnvelopeForm::Syslog5424,
       {},
       kNov20_234553 + 193572},
      {"<4>1 2026-11-20T23:45:53.193572Z dbhost1 kernel - - [a@1 b=\"c\\]\"][d@1 e=\"f\"] \xEF\xBB\xBF[   44.742485] ",
       "dbhost1", EnvelopeForm::Syslog5424, 44742485, kNov20_234553 + 193572},
      {"<4>Nov 20 23:45:53 dbhost1 kernel: [   44.742485] ", "dbhost1", EnvelopeForm::Syslog3164, 44742485, {}},
      {"kernel: ", "", EnvelopeForm::Syslog3164, {}, {}},
      {"kernel: [   44.742485] ", "", EnvelopeForm::Syslog3164, 44742485, {}},
      {"Nov 20 23:45:53   kernel: [   44.742485] ", "", EnvelopeForm::Syslog3164, 44742485, {}},
      {"Nov 20 23:45:53 kernel: ", "", EnvelopeForm::Syslog3164, {}, {}},
      {"Nov 20 23:45:53 ** kernel: ", "**", EnvelopeForm::Syslog3164, {}, {}},
      {"Nov 20 23:45:53.205414 ... kernel: ", "...", EnvelopeForm::Syslog3164, {}, {}},
      {"Nov 20 23:45:53 fe80::1 kernel: ", "fe80::1", EnvelopeForm::Syslog3164, {}, {}},
      {"nov 20 23:45:53 dbhost1 kernel: ", "dbhost1", EnvelopeForm::Syslog3164, {}, {}},
      {"11月 20 23:45:53 dbhost1 kernel: ", "dbhost1", EnvelopeForm::Syslog3164, {}, {}},
      {"Fri Nov 20 23:45:53 2026 kern.warn kernel: [   44.742485] ", "", EnvelopeForm::Syslog3164, 44742485, {}},
      {"Nov 20 23:45:53 router kern.warn kernel: [   44.742485] ", "router", EnvelopeForm::Syslog3164, 44742485, {}},
  };
  const std::string text = "Memory cgroup stats for /system.slice/weird-each.service:";
  for (const auto& expected : cases) {
    INFO(expected.prefix);
    const auto line = normalize_line(expected.prefix + text);
    CHECK(line.text == text);
    CHECK(line.host == expected.host);
    CHECK(line.identifier == "kernel");
    CHECK(line.form == expected.form);
    CHECK(line.uptime_us == expected.uptime_us);
    CHECK(line.realtime_us == expected.realtime_us);
    CHECK(line.transport == Transport::Unknown);
    CHECK(line.enveloped);
    if (expected.prefix.find("warn") != std::string::npos || expected.prefix.front() == '<') CHECK(line.priority == 4);
  }
}

TEST_CASE("a stamp that is the logger's says so") {
  CHECK(normalize_line("Nov 20 23:45:53 h kernel: [   44.742485] x").clock == Clock::Received);
  // systemd 257 and later print journald's clock here, earlier ones the kernel's; the text cannot tell.
  CHECK(normalize_line("[   44.742485] h kernel: x").clock == Clock::Received);
  CHECK(normalize_line("2023-08-10 16:53:26,460: >>=== STARTING").clock == Clock::Printed);
  CHECK(normalize_line("Nov 20 23:45:53 h kernel: x").as_printed == "Nov 20 23:45:53");
}

TEST_CASE("lines of other programs are handed on with their names") {
  struct Sender {
    std::string line, identifier, text;
    std::optional<std::uint32_t> pid;
  };
  const std::vector<Sender> senders = {
      {"Nov 20 23:41:15 dbhost1 systemd[1]: a.service: Failed with result 'oom-kill'.", "systemd",
       "a.service: Failed with result 'oom-kill'.", 1},
      {"Fri 2026-11-20 23:46:54 UTC dbhost1 systemd-journald.service[178]: Received", "systemd-journald.service",
       "Received", 178},
      {"Nov 20 23:41:15 dbhost1 Plex Media Server[123]: text", "Plex Media Server", "text", 123},
      {"2026-09-10T21:54:23-04:00 gw-ms-a2 earlyoom[904]: low memory! at", "earlyoom", "low memory! at", 904},
      {"Nov 20 23:41:15 systemd[1]: no host", "systemd", "no host", 1},
      {"Nov 20 23:41:15 dbhost1 sudo:   root : TTY=pts/0", "sudo", "  root : TTY=pts/0", {}},
      {"<30>1 2026-11-20T23:45:53Z dbhost1 earlyoom 904 - - low memory!", "earlyoom", "low memory!", 904},
      // What a program writes is its own text, even with a kernel's prefix in it.
      {"Nov 20 23:41:15 dbhost1 tail[7]: [   44.742485] Out of memory: Killed process 1 (x)", "tail",
       "[   44.742485] Out of memory: Killed process 1 (x)", 7},
  };
  for (const auto& sender : senders) {
    INFO(sender.line);
    const auto line = normalize_line(sender.line);
    CHECK(line.identifier == sender.identifier);
    CHECK(line.text == sender.text);
    CHECK(line.sender_pid == sender.pid);
    CHECK(line.transport == Transport::Userspace);
  }
}

TEST_CASE("short-monotonic and dmesg are told apart line by line") {
  const auto journal = normalize(
      "[   78.736455] dbhost1 systemd[1]: Reloading.\n"
      "[   82.870990] dbhost1 sshd: no pid here\n"
      "[  103.660368] dbhost1 kernel: hog invoked oom-killer: order=0\n");
  CHECK(journal.texts() == std::vector<std::string>{"Reloading.", "no pid here", "hog invoked oom-killer: order=0"});
  CHECK(journal.lines[1].host == "dbhost1");
  const auto dmesg = normalize(
      "[    1.000000] Linux version 6.1.0\n"
      "[    2.000000] ACPI BIOS: [Firmware Bug]: x\n"
      "[    3.000000] a kernel: b invoked oom-killer: order=0\n"
      "[    4.000000] CPU: 0 PID: 1\n");
  CHECK(dmesg.texts()[1] == "ACPI BIOS: [Firmware Bug]: x");
  CHECK(dmesg.texts()[2] == "a kernel: b invoked oom-killer: order=0");
  CHECK(dmesg.main_form == EnvelopeForm::Dmesg);
  // A file that goes from one to the other is believed at the second line.
  const auto both = normalize(
      "[    1.000000] Linux version 6.1.0\n"
      "[    2.000000] dbhost1 kernel: one\n"
      "[    3.000000] dbhost1 kernel: two\n");
  CHECK(both.texts()[2] == "two");
}

TEST_CASE("journalctl's further lines of a record stand under the text") {
  const auto result = normalize(
      "Nov 20 23:45:53 dbhost1 kernel: anon 31227904\n"
      "                                file 0\n"
      "                                kernel 229376\n"
      "Nov 20 23:45:54 dbhost1 kernel: Tasks state (memory values in pages):\n");
  CHECK(result.texts() ==
        std::vector<std::string>{"anon 31227904", "file 0", "kernel 229376", "Tasks state (memory values in pages):"});
  CHECK_FALSE(result.lines[2].starts_record);
  CHECK(result.lines[2].host == "dbhost1");
  CHECK(result.lines[2].identifier == "kernel");
  CHECK(result.main_form == EnvelopeForm::JournalShort);
}

TEST_CASE("rsyslog's octal escapes become bytes, a newline among them a new line, a build number stays") {
  const auto result = normalize("Nov 20 23:45:53 h kernel: [    1.000000] anon 1#012file 0#011x\n");
  CHECK(result.texts() == std::vector<std::string>{"anon 1", "file 0\tx"});
  CHECK_FALSE(result.lines[1].starts_record);
  CHECK(result.lines[1].uptime_us == 1000000);
  CHECK(result.lines[1].line == 1);
  CHECK(normalize_line("Nov 20 23:45:53 h kernel: Killed process 1 (esc#033[31m)").text ==
        "Killed process 1 (esc\x1b[31m)");
  CHECK(normalize_line("Nov 20 23:45:53 h kernel: Killed process 1 (#303#251)").text == "Killed process 1 (\xc3\xa9)");
  for (const std::string text :
       {"Not tainted 4.4.0 #134-Ubuntu", "Not tainted 3.13.0 #303-Ubuntu", "3.10.0 #1 SMP", "#01", "#"}) {
    CHECK(normalize_line("Nov 20 23:45:53 h kernel: " + text).text == text);
  }
}

TEST_CASE("what journalctl puts in place of bytes is handed on as it is") {
  CHECK(normalize_line("Nov 20 23:46:00 dbhost1 kernel: [80B blob data]").text == "[80B blob data]");
}

TEST_CASE("lines that are nearly syslog stay whole") {
  for (const std::string line :
       {"Nov 20 23:45", "Nov 32 23:45:53 h kernel: x", "Nov 20 25:45:53 h kernel: x", "Novem 20",
        "Not tainted 2.6.26-2-amd64 #1", "2026-13-20T23:45:53 h kernel: x", "2026-11-20", "CPU: 0 PID: 1 Comm: Nov 20",
        "1795218353 dbhost1 kernel: x", "kernelx: y", "Node 0 Normal free:1kB", "4096 pages RAM"}) {
    INFO(line);
    const auto result = normalize_line(line);
    CHECK(result.text == line);
    CHECK_FALSE(result.enveloped);
  }
}

TEST_CASE("a syslog line without a tag keeps its words") {
  CHECK(normalize_line("Nov 20 23:45:53 dbhost1 last message repeated 3 times").text ==
        "dbhost1 last message repeated 3 times");
  CHECK(normalize_line("Nov 20 23:45:53").text.empty());
}

TEST_CASE("the flag --host names the machine of lines that do not") {
  ReadContext context;
  context.host = "db7";
  CHECK(normalize_line("[    1.000000] x", context).host == "db7");
  CHECK(normalize_line("Nov 20 23:45:53 h kernel: x", context).host == "h");
}
