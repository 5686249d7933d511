// Lines that a person or a program wrote to look like the kernel's: logger(1), /dev/kmsg, a syslog tag "kernel". Where
// the source tells who wrote them, so does the event; a line that tells nothing is not called the kernel's.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

namespace {

const std::string kKill =
    "Out of memory: Killed process 77 (java) total-vm:120000kB, anon-rss:119000kB, file-rss:1000kB, shmem-rss:0kB, "
    "UID:1000 pgtables:92kB oom_score_adj:0";

std::string journal_entry(const std::string& transport, const std::string& identifier, const std::string& facility) {
  return "{\"__CURSOR\":\"s=1;i=1\",\"__REALTIME_TIMESTAMP\":\"1795218353000000\",\"_HOSTNAME\":\"h\",\"_TRANSPORT\":"
         "\"" +
         transport + "\",\"SYSLOG_IDENTIFIER\":\"" + identifier + "\",\"SYSLOG_FACILITY\":\"" + facility +
         "\",\"PRIORITY\":\"4\",\"MESSAGE\":\"" + kKill + "\"}";
}

Trust trust_of(const std::string& line) {
  INFO(line);
  const auto read = assemble(line + "\n");
  REQUIRE(read.events.size() == 1);
  REQUIRE(read.events.front().victims.size() == 1);
  CHECK(read.events.front().victims.front().pid == 77);
  return read.events.front().trust;
}

}  // namespace

TEST_CASE("a kernel-like line that a process wrote is marked where its source can tell") {
  const std::vector<std::string> lines = {
      // /dev/kmsg: the kernel gives what processes write there a facility other than 0 (devkmsg_write()).
      "12,100,12000000,-;" + kKill,
      "user  :warn  : [   12.000000] " + kKill,                        // dmesg -x
      "<12>[   12.000000] " + kKill,                                   // dmesg -r
      "h: user: warning: [2026-11-20T23:45:53.000000000Z]: " + kKill,  // talosctl dmesg
      "Nov 20 23:45:53 h kernel[4711]: " + kKill,                      // logger -i -t kernel
      "2026-11-20T23:45:53.000000+00:00 h kernel[4711]: " + kKill,     //
      "Fri 2026-11-20 23:45:53 UTC h kernel[4711]: " + kKill,          // journalctl -o short-full
      "1795218353.000000 h kernel[4711]: " + kKill,                    // journalctl -o short-unix
      "<12>Nov 20 23:45:53 h kernel: " + kKill,                        // a relay that keeps the facility
      "Nov 20 23:45:53 h user.warn kernel: " + kKill,                  // busybox
      "Fri Nov 20 23:45:53 2026 user.warn kernel: " + kKill,           // OpenWrt
      "<12>1 2026-11-20T23:45:53Z h kernel - - - " + kKill,            // RFC 5424
      "<4>1 2026-11-20T23:45:53Z h kernel 4711 - - " + kKill,          //
      journal_entry("syslog", "kernel", "1"),
      journal_entry("syslog", "kernel", "0"),
      journal_entry("stdout", "kernel", "0"),
      journal_entry("journal", "kernel", "0"),
      journal_entry("kernel", "kernel", "1"),
      journal_entry("kernel", "java", "0")};
  for (const std::string& line : lines) CHECK(trust_of(line) == Trust::Userspace);
}

TEST_CASE("a source that vouches for the kernel is believed, and a text file vouches for nobody") {
  CHECK(trust_of("4,100,12000000,-;" + kKill) == Trust::Kernel);
  CHECK(trust_of(journal_entry("kernel", "kernel", "0")) == Trust::Kernel);
  const std::vector<std::string> lines = {kKill,
                                          "[   12.000000] " + kKill,
                                          "kern  :warn  : [   12.000000] " + kKill,
                                          "Nov 20 23:45:53 h kernel: " + kKill,
                                          "Nov 20 23:45:53 h kernel: [   12.000000] " + kKill,
                                          "Nov 20 23:45:53 h vmunix: " + kKill,
                                          "Nov 20 23:45:53 h kernel[0]: " + kKill,
                                          "<4>Nov 20 23:45:53 h kernel: " + kKill,
                                          "Nov 20 23:45:53 h kern.warn kernel: " + kKill};
  for (const std::string& line : lines) CHECK(trust_of(line) == Trust::Unknowable);
}

TEST_CASE("in a text log a program that goes by its own name reports no kill") {
  for (const std::string tag : {"java[4711]", "java", "systemd[1]", "kernel-x", "Kernel"}) {
    INFO(tag);
    CHECK(assemble("Nov 20 23:45:53 h " + tag + ": " + kKill + "\n").events.empty());
  }
}

TEST_CASE("lines that a process puts between those of a report do not change it") {
  const auto report = whole_report("hog", 341, 341);
  const auto alone = assemble(with_prefix("4,100,12000000,-;", report));
  REQUIRE(alone.events.size() == 1);
  REQUIRE(alone.events.front().trust == Trust::Kernel);
  const std::vector<std::string> forged = {
      "Linux version 6.1.0-56-cloud-amd64 (x@y) #1",
      "sysrq: Manual OOM execution",
      "oom_kill_process: 9 callbacks suppressed",
      "oom_reaper: unable to reap pid:341 (hog)",
      "[     341] x",
      "printk: 5 messages dropped",
      "** 5 printk messages dropped ** ",
      "Missed 5 kernel messages",
      "/dev/kmsg buffer overrun, some messages lost.",
      "imjournal: 5 messages lost due to rate-limiting",
      "cat invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
      "Mem-Info:",
      "[    1000]     0  1000    9    9    94208        0             0 innocent",
      "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/x.service,"
      "task=innocent,pid=1000,uid=0",
      "Out of memory: Killed process 1000 (innocent) total-vm:1kB, anon-rss:1kB, file-rss:0kB, shmem-rss:0kB, UID:0 "
      "pgtables:4kB oom_score_adj:0"};
  for (const std::string& line : forged) {
    for (std::size_t at = 0; at <= report.size(); ++at) {
      INFO(line << " before line " << at);
      auto lines = with_prefix("4,100,12000000,-;", report);
      lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), "12,100,12000000,-;" + line);
      const auto read = assemble(lines);
      std::vector<OomEvent> of_kernel;
      for (const OomEvent& event : read.events) {
        if (event.trust == Trust::Kernel) of_kernel.push_back(event);
      }
      REQUIRE(of_kernel.size() == 1);
      CHECK(of_kernel.front().victims.front().pid == 341);
      CHECK(of_kernel.front().victims.front().total_vm == alone.events.front().victims.front().total_vm);
      REQUIRE(of_kernel.front().tasks.size() == 1);
      CHECK(of_kernel.front().tasks.front().pid == 341);
      CHECK(of_kernel.front().completeness.grade == alone.events.front().completeness.grade);
      CHECK(of_kernel.front().trigger == alone.events.front().trigger);
      CHECK_FALSE(of_kernel.front().suppressed_before);
      CHECK_FALSE(of_kernel.front().victims.front().reaped);
    }
  }
}

TEST_CASE("that messages were lost is believed of the kernel and of the loggers, in their own names") {
  struct Word {
    std::string line;
    bool believed;
  };
  const std::vector<Word> words = {
      {"4,100,12000000,-;printk: 5 messages dropped", true},
      {"12,100,12000000,-;printk: 5 messages dropped", false},
      {"[   12.000000] ** 5 printk messages dropped ** ", true},
      {"Nov 20 23:45:53 h kernel: [   12.000000] printk: 5 messages dropped", true},
      {"Nov 20 23:45:53 h systemd-journald[173]: Missed 5 kernel messages", true},
      {"Nov 20 23:45:53 h systemd-journal[173]: /dev/kmsg buffer overrun, some messages lost.", true},
      {"30,100,12000000,-;systemd-journald[173]: /dev/kmsg buffer overrun, some messages lost.", false},
      {"Nov 20 23:45:53 h rsyslogd: imjournal: 5 messages lost due to rate-limiting", true},
      {"Nov 20 23:45:53 h java[4711]: Missed 5 kernel messages", false},
      {"Nov 20 23:45:53 h java[4711]: printk: 5 messages dropped", false}};
  for (const Word& word : words) {
    INFO(word.line);
    const std::vector<BlindSpot> spots = assemble(word.line + "\n").summary.blind_spots;
    CHECK(std::any_of(spots.begin(), spots.end(),
                      [](const BlindSpot& spot) { return spot.kind == BlindSpotKind::RecordsLost; }) == word.believed);
  }
}

TEST_CASE("lines of one report that say different things of the victim are reported, and what is printed stays") {
  struct Forgery {
    std::string from, to;  // a change of one line of a whole report
    std::size_t contradictions;
  };
  const std::vector<Forgery> forgeries = {
      {"task=hog,pid=341,uid=0", "task=cat,pid=341,uid=0", 1},
      {"task=hog,pid=341,uid=0", "task=hog,pid=341,uid=7", 1},
      {"task=hog,pid=341,uid=0", "task=cat,pid=341,uid=7", 2},
      {" 94208        0             0 hog", " 94208        0             0 cat", 1},
      {" 94208        0             0 hog", " 94208        0          -500 hog", 1},
      {"]     0   341", "]     7   341", 1},
      {"process 341 (hog)", "process 341 (cat)", 2},  // the row's name, and the oom-kill: line's
      {"UID:0", "UID:7", 2},
      {"total-vm:120000kB", "total-vm:1kB", 1},
      {"total-vm:120000kB", "total-vm:120000kB", 0}};
  for (const Forgery& forgery : forgeries) {
    auto lines = whole_report("php", 300, 341);
    std::size_t changed = 0;
    for (std::string& line : lines) {
      const auto at = line.find(forgery.from);
      if (at == std::string::npos) continue;
      line.replace(at, forgery.from.size(), forgery.to);
      ++changed;
    }
    INFO(forgery.to);
    REQUIRE(changed == 1);
    const auto [events, summary] = assemble(lines);
    REQUIRE(events.size() == 1);
    REQUIRE(events[0].victims.size() == 1);
    CHECK(summary.diagnostics.size() == forgery.contradictions);
    for (const Diagnostic& each : summary.diagnostics) CHECK(each.kind == DiagnosticKind::Contradiction);
  }
}
