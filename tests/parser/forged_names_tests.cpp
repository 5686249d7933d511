// Processes that call themselves what the kernel prints: whatever name stands wherever the kernel prints one, the
// figures stay the kernel's. The reports are written from the formats of mm/oom_kill.c, the envelopes from what
// util-linux, rsyslog, journald and /dev/kmsg make of bytes that are not printable.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

namespace {

using Records = std::vector<std::string>;  // one printk each; a name may hold newlines

// At most 15 bytes each, as prctl(PR_SET_NAME) leaves them.
const std::vector<std::string> kNames = {"x) total-vm:1kB",
                                         "a\nOut of memory",
                                         "\nKilled process",
                                         "[  1] 0",
                                         "[1] 0 1 2 3 4 5",
                                         "\n[9] 0 9 9 9 9",
                                         ") ",
                                         "))((",
                                         "a), UID 0, (b",
                                         ",pid=1,uid=0",
                                         "a,b=c,pid=1",
                                         "q,task=x,pid=1",
                                         "=",
                                         "oom-kill:",
                                         "x invoked oom-k",
                                         "1 Comm: y Not t",
                                         "mems_allowed=7",
                                         "score 1 or sacr",
                                         "a), now anon-rs",
                                         "1 (x) total-vm:",
                                         "<4>[1.000000] x",
                                         "<4>x",
                                         "[1.000000] x",
                                         "[T77] x",
                                         "h kernel: x",
                                         "kernel: x",
                                         "| x",
                                         "4,1,2,-;x",
                                         "#033[31m",
                                         "\\x0a",
                                         "\x1b[31mred",
                                         "\r",
                                         "\xe2\x80\xae"
                                         "cod",
                                         "\xff\xfe",
                                         "\x7f\x01\x02",
                                         "  both ends  ",
                                         ""};

const Records kMemory = {"Mem-Info:",
                         "active_anon:30000 inactive_anon:11 isolated_anon:0",
                         " free:1000 free_pcp:0 free_cma:0",
                         "Node 0 DMA: 3*4kB (M) 4*8kB (M) 2*16kB (M) = 76kB",
                         "Free swap  = 0kB",
                         "Total swap = 0kB",
                         "130930 pages RAM",
                         "10618 pages reserved"};

Records host_6_1(const std::string& name) {
  return Records{name +
                     " invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, "
                     "oom_score_adj=0",
                 "CPU: 0 PID: 77 Comm: " + name + " Not tainted 6.1.0-56-cloud-amd64 #1  Debian 6.1.187-1"} +
         kMemory +
         Records{"Tasks state (memory values in pages):",
                 "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
                 "[     77]  1000    77    30000    30000    94208        0             0 " + name,
                 "[     78]     0    78      500      100    45056        0         -1000 sshd",
                 "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
                 "task_memcg=/a.service,task=" +
                     name + ",pid=77,uid=1000",
                 "Out of memory: Killed process 77 (" + name +
                     ") total-vm:120000kB, anon-rss:119000kB, file-rss:1000kB, shmem-rss:0kB, UID:1000 pgtables:92kB "
                     "oom_score_adj:0",
                 "oom_reaper: reaped process 77 (" + name + "), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB"};
}

Records cgroup_6_1(const std::string& name) {
  return {name + " invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
          "CPU: 0 PID: 77 Comm: " + name + " Not tainted 6.1.0-56-cloud-amd64 #1  Debian 6.1.187-1",
          "memory: usage 122880kB, limit 122880kB, failcnt 5",
          "Memory cgroup stats for /a.slice:",
          "Tasks state (memory values in pages):",
          "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
          "[     77]  1000    77    30000    30000    94208        0             0 " + name,
          "[     78]     0    78      500      100    45056        0         -1000 sshd",
          "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/a.slice,"
          "task_memcg=/a.slice/b.service,task=" +
              name + ",pid=77,uid=1000",
          "Memory cgroup out of memory: Killed process 77 (" + name +
              ") total-vm:120000kB, anon-rss:119000kB, file-rss:1000kB, shmem-rss:0kB, UID:1000 pgtables:92kB "
              "oom_score_adj:0"};
}

Records host_4_15(const std::string& name) {
  return Records{name +
                     " invoked oom-killer: gfp_mask=0x14280ca(GFP_HIGHUSER_MOVABLE|__GFP_ZERO), nodemask=(null), "
                     "order=0, oom_score_adj=0",
                 name + " cpuset=/ mems_allowed=0",
                 "CPU: 1 PID: 77 Comm: " + name + " Tainted: P           OE    4.15.0-213-generic #224-Ubuntu"} +
         kMemory +
         Records{
             "[ pid ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
             "[   77]  1000    77    30000    30000    94208        0             0 " + name,
             "[   78]     0    78      500      100    45056        0         -1000 sshd",
             "Out of memory: Kill process 77 (" + name + ") score 651 or sacrifice child",
             "Killed process 77 (" + name + ") total-vm:120000kB, anon-rss:119000kB, file-rss:1000kB, shmem-rss:0kB",
             "oom_reaper: reaped process 77 (" + name + "), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB"};
}

Records host_el6(const std::string& name) {
  return Records{name + " invoked oom-killer: gfp_mask=0x280da, order=0, oom_adj=0, oom_score_adj=0",
                 name + " cpuset=/ mems_allowed=0",
                 "Pid: 77, comm: " + name + " Not tainted 2.6.32-754.el6.x86_64 #1"} +
         kMemory +
         Records{"[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name",
                 "[   77]  1000    77    30000    30000   0       0             0 " + name,
                 "[   78]     0    78      500      100   0     -17         -1000 sshd",
                 "Out of memory: Kill process 77 (" + name + ") score 651 or sacrifice child",
                 "Killed process 77, UID 1000, (" + name + ") total-vm:120000kB, anon-rss:119000kB, file-rss:1000kB"};
}

template <typename Escape>
std::string escaped(const std::string& text, Escape escape) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 0x7f) {
      result += escape(byte);
    } else {
      result += c;
    }
  }
  return result;
}

std::string in_digits(const char* format, unsigned value) {
  char digits[8];
  std::snprintf(digits, sizeof digits, format, value);
  return digits;
}

std::string hex(unsigned char byte) { return in_digits("\\x%02x", byte); }

// fs/proc/kmsg's devkmsg: every byte that is not printable ASCII, and the backslash, as \xHH.
std::string kmsg(const Records& records) {
  std::string text;
  for (std::size_t i = 0; i < records.size(); ++i) {
    text += "4," + std::to_string(100 + i) + "," + std::to_string(12'000'000 + i) + ",-;";
    for (const char c : records[i]) {
      const auto byte = static_cast<unsigned char>(c);
      text += byte < ' ' || byte >= 127 || c == '\\' ? hex(byte) : std::string(1, c);
    }
    text += "\n";
  }
  return text;
}

// util-linux dmesg: a newline goes on under the text, other control characters are \xHH.
std::string dmesg(const Records& records) {
  std::string text;
  for (std::size_t i = 0; i < records.size(); ++i) {
    text += "[   12." + in_digits("%06u", static_cast<unsigned>(i)) + "] " +
            escaped(records[i], [](unsigned char c) { return c == '\n' ? "\n               " : hex(c); }) + "\n";
  }
  return text;
}

// rsyslog: a newline begins a line with the whole prefix again (the kernel's /proc/kmsg does that), other control
// characters are #ooo.
std::string rsyslog(const Records& records) {
  std::string text;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string prefix =
        "Nov 20 23:45:53 dbhost1 kernel: [   12." + in_digits("%06u", static_cast<unsigned>(i)) + "] ";
    text += prefix +
            escaped(records[i], [&](unsigned char c) { return c == '\n' ? "\n" + prefix : in_digits("#%03o", c); }) +
            "\n";
  }
  return text;
}

// journalctl -o export: what is not printable comes with its length in front.
std::string journal_export(const Records& records) {
  std::string text;
  for (std::size_t i = 0; i < records.size(); ++i) {
    text += "__CURSOR=s=1;i=" + std::to_string(i) +
            "\n__REALTIME_TIMESTAMP=" + std::to_string(1'795'218'353'000'000 + i) +
            "\n_BOOT_ID=0123456789abcdef0123456789abcdef\n_TRANSPORT=kernel\nPRIORITY=4\nSYSLOG_FACILITY=0\n"
            "SYSLOG_IDENTIFIER=kernel\n_HOSTNAME=dbhost1\n_SOURCE_MONOTONIC_TIMESTAMP=" +
            std::to_string(12'000'000 + i) + "\nMESSAGE\n";
    for (std::size_t size = records[i].size(), byte = 0; byte < 8; ++byte, size >>= 8) {
      text += static_cast<char>(size & 0xff);
    }
    text += records[i] + "\n\n";
  }
  return text;
}

struct Spelling {
  const char* name;
  std::string (*write)(const Records& records);
  bool keeps_records;  // a newline in a name cannot be taken for the end of a record
};
constexpr Spelling kSpellings[] = {{"/dev/kmsg", kmsg, true},
                                   {"journal export", journal_export, true},
                                   {"dmesg", dmesg, false},
                                   {"rsyslog", rsyslog, false}};

struct Era {
  const char* name;
  Records (*report)(const std::string& name);
  bool uid_is_printed;
};
constexpr Era kEras[] = {{"6.1, host", host_6_1, true},
                         {"6.1, cgroup", cgroup_6_1, true},
                         {"4.15", host_4_15, false},
                         {"EL6", host_el6, true}};

Task row_of(const OomEvent& event, std::uint32_t pid) {
  const auto row =
      std::find_if(event.tasks.begin(), event.tasks.end(), [&](const Task& task) { return task.pid == pid; });
  REQUIRE(row != event.tasks.end());
  return *row;
}

void check_figures(const OomEvent& event, const Era& era) {
  REQUIRE(event.victims.size() == 1);
  const Victim& victim = event.victims.front();
  CHECK(victim.pid == 77);
  if (era.uid_is_printed) CHECK(victim.uid == 1000U);
  CHECK(victim.total_vm == Kibibytes{120000});
  CHECK(victim.anon_rss == Kibibytes{119000});
  CHECK(victim.file_rss == Kibibytes{1000});
  CHECK(victim.role == VictimRole::Chosen);
  CHECK(row_of(event, 77).rss == Pages{30000});
  CHECK(row_of(event, 78).rss == Pages{100});
  CHECK(row_of(event, 78).oom_score_adj == -1000);
  CHECK(event.trigger.pid == 77U);
}

// The one event of a log that has a victim.
OomEvent with_victim(const Assembled& read) {
  std::vector<OomEvent> found;
  for (const OomEvent& event : read.events) {
    if (!event.victims.empty()) found.push_back(event);
  }
  REQUIRE(found.size() == 1);
  return found.front();
}

// A text log escapes some bytes in ways that names can imitate.
bool is_plain(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c < 0x7f && c != '#' && c != '\\'; });
}

template <typename Check>
void for_each_log(bool keeps_records, Check check) {
  for (const Era& era : kEras) {
    for (const Spelling& spelling : kSpellings) {
      if (spelling.keeps_records != keeps_records) continue;
      for (const std::string& name : kNames) {
        INFO(era.name << ", " << spelling.name << ", \"" << escaped(name, hex) << "\"");
        REQUIRE(name.size() <= 15);
        check(assemble(spelling.write(era.report(name))), era, name);
      }
    }
  }
}

void check_no_contradiction(const Assembled& read) {
  for (const Diagnostic& each : read.summary.diagnostics) {
    INFO(each.text);
    CHECK(each.kind != DiagnosticKind::Contradiction);
  }
}

}  // namespace

TEST_CASE("where records have bounds, a report is whole whatever a process calls itself") {
  for_each_log(true, [](const Assembled& read, const Era& era, const std::string& name) {
    REQUIRE(read.events.size() == 1);
    const OomEvent& event = read.events.front();
    check_figures(event, era);
    CHECK(event.tasks.size() == 2);
    CHECK(event.completeness.grade == Grade::A);
    CHECK(event.victims.front().comm == name);
    check_no_contradiction(read);
  });
}

// A name that begins like an envelope, or goes on behind a newline, may cost a text log the line that it leads, and
// what stands behind the newline may look like a row of the table.
TEST_CASE("in a text log, too, the victim's figures are the kernel's whatever a process calls itself") {
  for_each_log(false, [](const Assembled& read, const Era& era, const std::string& name) {
    const OomEvent event = with_victim(read);
    check_figures(event, era);
    if (!is_plain(name)) return;
    CHECK(event.victims.front().comm == name);
    CHECK(event.trigger.comm == name);
    CHECK(event.completeness.grade == Grade::A);
    check_no_contradiction(read);
  });
}

TEST_CASE("a row whose name a page cut off does not contradict the kill, and another name does") {
  const std::string name = " hog";
  for (const bool cut : {true, false}) {
    std::vector<std::string> lines = whole_report("php", 5, 812);
    std::string& row = lines.at(13);
    REQUIRE(row.ends_with(name));
    row.replace(row.size() - name.size(), name.size(), cut ? "" : " dog");
    const Assembled read = assemble(lines);
    REQUIRE(read.events.size() == 1);
    CHECK(read.events.front().tasks.front().comm == (cut ? "" : "dog"));
    CHECK(std::any_of(read.summary.diagnostics.begin(), read.summary.diagnostics.end(),
                      [](const Diagnostic& each) { return each.kind == DiagnosticKind::Contradiction; }) == !cut);
  }
}
