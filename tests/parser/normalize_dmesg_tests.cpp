// dmesg in every option, consoles, and relays that print the kernel's own prefix. Lines are from the captured kernels
// 5.10 and 6.1 where not said otherwise; moments are worked with date -u -d.
#include <catch2/catch.hpp>

#include "tests/parser/normalized.hpp"

using namespace oomwhy;
using oomwhy::test::normalize;
using oomwhy::test::normalize_line;

namespace {

constexpr std::int64_t kNov20_234139 = 1795218099'000000;  // 2026-11-20 23:41:39 UTC

struct Case {
  std::string line;
  std::string text;
  std::optional<std::int64_t> uptime_us;
  std::optional<std::int64_t> wall_us;
  std::optional<int> priority;
  Clock clock = Clock::Printk;
};

}  // namespace

TEST_CASE("every option of dmesg gives the same text") {
  const std::string text = "Call Trace:";
  const std::vector<Case> cases = {
      {"[  103.667716] " + text, text, 103667716, {}, {}, Clock::Printk},
      {"[1168512.299583] " + text, text, 1168512299583, {}, {}, Clock::Printk},
      {"[    0.000000] " + text, text, 0, {}, {}, Clock::Printk},
      {"<4>[  103.667716] " + text, text, 103667716, {}, 4, Clock::Printk},
      {"kern  :warn  : [  103.667716] " + text, text, 103667716, {}, 4, Clock::Printk},
      {"kern  :warn  : [Fri Nov 20 23:41:39 2026] " + text, text, {}, kNov20_234139, 4, Clock::Computed},
      {"[Fri Nov 20 23:41:39 2026] " + text, text, {}, kNov20_234139, {}, Clock::Computed},
      {"[  103.667716 <    0.004764>] " + text, text, 103667716, {}, {}, Clock::Printk},
      {"[    0.001726 <   -0.042274>] " + text, text, 1726, {}, {}, Clock::Printk},
      {"[Fri Nov 20 23:41:39 2026 <    0.004764>] " + text, text, {}, kNov20_234139, {}, Clock::Computed},
      {"[<    0.004764>] " + text, text, {}, {}, {}, Clock::Computed},
      {"[  +0.004764] " + text, text, {}, {}, {}, Clock::Computed},
      {"[  -0.048421] " + text, text, {}, {}, {}, Clock::Computed},
      {"2026-11-20T23:41:39,667716+00:00 " + text, text, {}, kNov20_234139 + 667716, {}, Clock::Computed},
      {"[  103.667716] [    T1] " + text, text, 103667716, {}, {}, Clock::Printk},
      {"[  103.667716][   C0] " + text, text, 103667716, {}, {}, Clock::Printk},
  };
  for (const auto& expected : cases) {
    INFO(expected.line);
    const auto line = normalize_line(expected.line);
    CHECK(line.text == expected.text);
    CHECK(line.uptime_us == expected.uptime_us);
    CHECK(line.wall_us == expected.wall_us);
    CHECK(line.priority == expected.priority);
    CHECK(line.clock == expected.clock);
    CHECK(line.form == EnvelopeForm::Dmesg);
    CHECK(line.enveloped);
    CHECK(line.transport == Transport::Unknown);
  }
}

TEST_CASE("dmesg -T is read in any language") {
  // 2026-05-15 17:19:17 as if UTC is 1778865557, 2025-08-12 03:54:03 is 1754970843.
  const std::vector<std::pair<std::string, std::optional<std::int64_t>>> stamps = {
      {"[五 5月 15 17:19:17 2026]", 1778865557'000000},
      {"[금 5월 15 17:19:17 2026]", 1778865557'000000},
      {"[ven. mai 15 17:19:17 2026]", 1778865557'000000},
      {"[Пт мая 15 17:19:17 2026]", 1778865557'000000},
      {"[Di Aug 12 03:54:03 2025]", 1754970843'000000},
      {"[mar. août 12 03:54:03 2025]", 1754970843'000000},
      {"[wto sie 12 03:54:03 2025]", 1754970843'000000},
      // A month whose name says nothing here is no date, but still the stamp's.
      {"[Tue Xyz 12 03:54:03 2025]", std::nullopt},
  };
  for (const auto& [stamp, wall] : stamps) {
    INFO(stamp);
    const auto line = normalize_line(stamp + " GTP_0 invoked oom-killer: order=0");
    CHECK(line.text == "GTP_0 invoked oom-killer: order=0");
    CHECK(line.wall_us == wall);
    CHECK(line.realtime_us == std::nullopt);
    CHECK(line.as_printed == stamp);
  }
}

TEST_CASE("dmesg -H adds its differences up from the last minute it printed") {
  const auto result = normalize(
      "[  +0.295751] before any minute\n"
      "[Nov20 23:41] oomlab-recorder invoked oom-killer: order=0\n"
      "[  +0.002251] CPU: 0 PID: 233\n"
      "[  +0.000333] Hardware name: QEMU\n");
  REQUIRE(result.lines.size() == 4);
  CHECK(result.lines[0].wall_us == std::nullopt);
  REQUIRE(result.lines[1].wall_us.has_value());
  CHECK(*result.lines[2].wall_us - *result.lines[1].wall_us == 2251);
  CHECK(*result.lines[3].wall_us - *result.lines[1].wall_us == 2584);
  // A difference is not the stamp of its line: many lines share one.
  CHECK(result.lines[0].as_printed.empty());
  CHECK(result.lines[2].as_printed == "[Nov20 23:41] +0.002251");
  CHECK(result.lines[3].as_printed == "[Nov20 23:41] +0.002584");
  // To the minute is no moment in time.
  CHECK(result.lines[1].realtime_us == std::nullopt);
}

TEST_CASE("an indented line of dmesg -H has the time of its record") {
  const auto result = normalize(
      "[Nov20 23:41] x invoked oom-killer: order=0\n"
      "[  +0.000070] anon 31211520\n"
      "              file 0\n"
      "[  +0.000070] anon 31211520\n");
  REQUIRE(result.lines.size() == 4);
  CHECK(result.lines[2].as_printed == result.lines[1].as_printed);
  CHECK(result.lines[2].wall_us == result.lines[1].wall_us);
  CHECK(result.lines[3].as_printed != result.lines[1].as_printed);
}

TEST_CASE("a year and a zone that the person gives make a moment of a stamp without them") {
  ReadContext context;
  context.year = 2026;
  context.utc_offset_minutes = 120;
  const auto line = normalize_line("Nov 20 23:41:39 dbhost1 kernel: Call Trace:", context);
  CHECK(line.wall_us == kNov20_234139);
  CHECK(line.realtime_us == kNov20_234139 - 7200'000000);
  ReadContext only_zone;
  only_zone.utc_offset_minutes = 120;
  CHECK(normalize_line("Nov 20 23:41:39 dbhost1 kernel: x", only_zone).realtime_us == std::nullopt);
  CHECK(normalize_line("[Fri Nov 20 23:41:39 2026] x", only_zone).realtime_us == kNov20_234139 - 7200'000000);
  ReadContext zone_with_summer;
  zone_with_summer.utc_offset_minutes_at = [](std::int64_t wall_us) { return wall_us == kNov20_234139 ? 60 : 120; };
  CHECK(normalize_line("[Fri Nov 20 23:41:39 2026] x", zone_with_summer).realtime_us == kNov20_234139 - 3600'000000);
  // A zone of its own outweighs the person's.
  CHECK(normalize_line("2026-11-20T23:41:39+00:00 h kernel: x", only_zone).realtime_us == kNov20_234139);
}

TEST_CASE("New Year carries the year on where the stamps have none") {
  ReadContext context;
  context.year = 2025;
  context.utc_offset_minutes = 0;
  const auto result = normalize(
      "Dec 31 23:59:59 h kernel: a\n"
      "Jan  1 00:00:01 h kernel: b\n",
      context);
  REQUIRE(result.lines.size() == 2);
  CHECK(*result.lines[1].realtime_us - *result.lines[0].realtime_us == 2'000000);
  CHECK(result.lines[1].realtime_us == 1767225601'000000);  // 2026-01-01 00:00:01 UTC
  const auto without = normalize("Dec 31 23:59:59 h kernel: a\nJan  1 00:00:01 h kernel: b\n");
  CHECK(*without.lines[1].wall_us - *without.lines[0].wall_us == 2'000000);
}

TEST_CASE("further lines of a record under dmesg's prefix keep the record's stamp and lose only its width") {
  const auto result = normalize(
      "[   44.742948] anon 31227904\n"
      "               file 0\n"
      "                active_file:4\n"
      "[   44.744540] Tasks state (memory values in pages):\n");
  CHECK(result.texts() ==
        std::vector<std::string>{"anon 31227904", "file 0", " active_file:4", "Tasks state (memory values in pages):"});
  CHECK(result.lines[1].uptime_us == 44742948);
  CHECK_FALSE(result.lines[1].starts_record);
  CHECK_FALSE(result.lines[2].starts_record);
  CHECK(result.lines[2].line == 3);
  CHECK(result.lines[3].starts_record);
}

TEST_CASE("a text's own parts that look like a prefix stay") {
  const std::vector<std::string> texts = {
      "[  1234]  1000  1234    16432      100      10        0             0 bash",
      "[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name",
      "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
      "] invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
      "[ invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
      "1 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
      "x) [1]: (y invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0",
      "[kworker/0:1] invoked oom-killer: order=0",
      "   invoked oom-killer: order=0",
      "  lead invoked oom-killer: order=0",
      "Out of memory: invoked oom-killer: order=0",
      "[12.345678] x invoked oom-killer: order=0",
      "a kernel: b invoked oom-killer: order=0",
      " <TASK>",
      " [<ffffffff8027388c>] oom_kill_process+0x57/0x1dc",
      "ACPI BIOS: something",
      "traps: hog[123]: general protection",
      "> quoted invoked oom-killer: order=0",
      "[    510]     0   510      786      512    45056        0             0 trailing   ",
      "tab\there invoked oom-killer: order=0",
      "<6>not a level: invoked oom-killer",
      "{\"MESSAGE\":\"x\"} invoked oom-killer",
  };
  for (const std::string prefix : {"[   55.111222] ", "[Fri Nov 20 23:41:39 2026] ", "Nov 20 23:45:53 dbhost1 kernel: ",
                                   "2026-11-20T23:45:53.187628+00:00 dbhost1 kernel: [   55.111222] "}) {
    // A dmesg line before shows that this is dmesg, where "a kernel: b" can only be a name.
    const auto before = prefix + "Call Trace:\n";
    for (const auto& text : texts) {
      // Behind a prefix with no uptime, one more is the kernel's own; "<6>" is a level wherever it may stand.
      const bool stamp_free = prefix.find("55.111222") == std::string::npos;
      if (text.starts_with("<6>") || (stamp_free && text.starts_with("[12.3"))) continue;
      INFO(prefix << text);
      auto log = before;
      log.append(prefix).append(text);
      const auto result = normalize(std::move(log));
      REQUIRE(result.lines.size() == 2);
      CHECK(result.lines[1].text == text);
    }
  }
}

TEST_CASE("levels that printk left in the line are taken off wherever they stand") {
  CHECK(normalize_line("<6>lowmemorykiller: Killing 'd.play.games.ui' (2613), adj 1000,").text ==
        "lowmemorykiller: Killing 'd.play.games.ui' (2613), adj 1000,");
  CHECK(normalize_line("[  12.345678] <4>Call Trace:").priority == 4);
  CHECK(normalize_line("[  12.345678] <4>Call Trace:").text == "Call Trace:");
  CHECK(normalize_line("Nov 20 23:45:53 h kernel: <4>[   12.345678] Call Trace:").uptime_us == 12345678);
  // A process's record in the kernel's log: facility 5, syslog.
  const auto journald = normalize_line("<46>[  105.784603] systemd-journald[178]: Received client request");
  CHECK(journald.facility == 5);
  CHECK(journald.priority == 6);
  CHECK(journald.transport == Transport::Userspace);
}

TEST_CASE("the serial console: carriage returns, status lines, and a kernel's line behind a prompt") {
  const auto result = normalize(
      "\r\n"
      "dbhost1 login: [\x1b[0;32m  OK  \x1b[0m] Started \x1b[0;1;39mmotd-refresh.service\x1b[0m.\r\r\n"
      "[  103.660368] hog invoked oom-killer: order=0\r\n"
      "dbhost1 login: [   45.134502] Out of memory: Killed process 341 (nightly-report) total-vm:1kB\r\n");
  REQUIRE(result.lines.size() == 5);
  CHECK(result.lines[1].text.ends_with("\x1b[0m."));
  CHECK_FALSE(result.lines[1].enveloped);
  CHECK(result.lines[2].text == "hog invoked oom-killer: order=0");
  CHECK(result.lines[3].text == "dbhost1 login:");
  CHECK(result.lines[4].text == "Out of memory: Killed process 341 (nightly-report) total-vm:1kB");
  CHECK(result.lines[4].uptime_us == 45134502);
  CHECK(result.lines[4].line == 4);
}

TEST_CASE("a quiet console has a prompt and one line of the kernel's, and nothing else") {
  const auto result = normalize("dbhost1 login: [   45.134502] Out of memory: Killed process 341 (x) total-vm:1kB\r\n");
  REQUIRE(result.lines.size() == 2);
  CHECK(result.lines[1].uptime_us == 45134502);
}

TEST_CASE("a name that looks like a stamp does not cut a line of a log without stamps") {
  const std::string kill = "Memory cgroup out of memory: Killed process 9 (a [1.234567] b) total-vm:1kB";
  CHECK(normalize("hog invoked oom-killer: order=0\n" + kill).texts().back() == kill);
}

TEST_CASE("a carriage return at the end of one line among lines without is the line's own") {
  const auto result = normalize("[    1.000000] a\n[    2.000000] b\n[    3.000000] [  9]  0  9  1  1  0  0 x\r\n");
  CHECK(result.texts().back() == "[  9]  0  9  1  1  0  0 x\r");
}

TEST_CASE("dmesg's colours go, a name's own colours stay") {
  CHECK(normalize_line("\x1b[32m[   18.353384] \x1b[0m\x1b[33mSVM: \x1b[0mPMU virtualization is disabled").text ==
        "SVM: PMU virtualization is disabled");
  const auto facility = normalize_line("kern  :err   : \x1b[32m[   18.353384] \x1b[0m\x1b[31mOut of memory\x1b[0m");
  CHECK(facility.text == "Out of memory");
  CHECK(facility.uptime_us == 18353384);
  const std::string raw = "[   64.400514] Killed process 413 (esc\x1b[31mred) total-vm:27720kB";
  CHECK(normalize_line(raw).text == "Killed process 413 (esc\x1b[31mred) total-vm:27720kB");
  CHECK(normalize_line("May 25 13:25:03 centos kernel: Out of memory: \x1b[01;31m\x1b[KKill\x1b[m\x1b[K process 1")
            .text == "Out of memory: Kill process 1");
}

TEST_CASE("dmesg's escapes become the bytes they stand for, systemd's own stay") {
  CHECK(normalize_line("[   54.832955] Killed process 354 (\\xff\\xfebad\\x80) total-vm:1kB").text ==
        "Killed process 354 (\xff\xfe"
        "bad\x80) total-vm:1kB");
  CHECK(normalize_line("[   54.832955] Killed process 413 (esc\\x1b[31mred) total-vm:1kB").text ==
        "Killed process 413 (esc\x1b[31mred) total-vm:1kB");
  // dmesg prints a newline as one, so this is the name "\x0a" itself; "\x2d" is systemd's dash.
  CHECK(normalize_line("[   67.847730] Killed process 434 (\\x0a) total-vm:1kB").text ==
        "Killed process 434 (\\x0a) total-vm:1kB");
  CHECK(normalize_line("[ 1.000000] task_memcg=/system.slice/system-a\\x2db\\xc3.slice,task=\\xc3,pid=1").text ==
        "task_memcg=/system.slice/system-a\\x2db\\xc3.slice,task=\xc3,pid=1");
}

TEST_CASE("relays and vendors that wrap the kernel's prefix into their own") {
  const auto talos = normalize_line("node1: kern: warning: [2025-09-13T20:46:45.253118849Z]: Mem-Info:");
  CHECK(talos.text == "Mem-Info:");
  CHECK(talos.host == "node1");
  CHECK(talos.priority == 4);
  CHECK(talos.realtime_us == 1757796405'253118);  // 2025-09-13 20:46:45 UTC
  CHECK(talos.as_printed == "2025-09-13T20:46:45.253118849Z");

  const auto guest = normalize_line("vcpu-5 - Guest: <6>[   12.345678] Mem-Info:");
  CHECK(guest.text == "Mem-Info:");
  CHECK(guest.uptime_us == 12345678);
  CHECK(normalize_line("2020-10-12T12:00:00.000Z| vcpu-5| I005: Guest: <6>[   12.345678] Mem-Info:").uptime_us ==
        12345678);

  const auto mediatek = normalize_line("<4>.(1)[3386:bwrap]bwrap invoked oom-killer: order=0");
  CHECK(mediatek.text == "bwrap invoked oom-killer: order=0");
  CHECK(mediatek.priority == 4);
  CHECK(normalize_line("<4>[  12.345678]  (1)[3386:bwrap]Call Trace:").text == "Call Trace:");

  const auto minicom = normalize_line("[2026-11-20 23:41:39] [   12.345678] Mem-Info:");
  CHECK(minicom.text == "Mem-Info:");
  CHECK(minicom.uptime_us == 12345678);
  CHECK(minicom.wall_us == kNov20_234139);
  CHECK(minicom.clock == Clock::Printed);
  CHECK(normalize_line("23:41:39 [   12.345678] Mem-Info:").uptime_us == 12345678);
  CHECK(normalize_line("Nov 20 23:41:39 [   12.345678] Mem-Info:").uptime_us == 12345678);
  CHECK(normalize_line("25 13:25:03 centos kernel: [   12.345678] Mem-Info:").host == "centos");
}

TEST_CASE("the caller id tells which task or CPU printed") {
  const auto line = normalize_line("2024-01-07T17:53:49.053424+00:00 testbox kernel: [ 9421.982946][T10521] m invoked");
  CHECK(line.caller == "T10521");
  CHECK(line.text == "m invoked");
  CHECK(line.uptime_us == 9421982946);
  CHECK(line.realtime_us == 1704650029'053424);  // 2024-01-07 17:53:49 UTC
  CHECK(line.host == "testbox");
  CHECK(normalize_line("[    1.000000] [T1234567] x").caller == "T1234567");
  // No caller id: a row of the task table, a number too long to be one.
  CHECK(normalize_line("[    1.000000] [T12345678901] x").text == "[T12345678901] x");
}

TEST_CASE("a stamp that is damaged leaves the line as it is") {
  for (const std::string line : {"[  103.] x", "[  .667716] x", "[  103.667716 x", "[103,667716] x", "[1.2] x",
                                 "[99999999999999999999.123456] x", "[Fri Nov 32 23:41:39 2026", "[", "[]", "[+] x",
                                 "[  103.1234567890] x", "<999>x", "<4x", "<>"}) {
    INFO(line);
    const auto result = normalize_line(line);
    CHECK(result.text == line);
    CHECK_FALSE(result.enveloped);
  }
}
