// What becomes of one report, whole and cut.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

namespace {

using Lines = std::vector<std::string>;

bool misses(const OomEvent& event, ReportPart part) {
  const auto& missing = event.completeness.missing;
  return std::find(missing.begin(), missing.end(), part) != missing.end();
}

Lines without(Lines lines, const std::string& words) {
  std::erase_if(lines, [&](const std::string& line) { return line.find(words) != std::string::npos; });
  return lines;
}

std::set<std::uint32_t> pids_of(const OomEvent& event) {
  std::set<std::uint32_t> pids;
  for (const Task& task : event.tasks) pids.insert(task.pid);
  for (const Victim& victim : event.victims) pids.insert(victim.pid);
  return pids;
}

}  // namespace

TEST_CASE("a whole report is one event of grade A with nothing missing") {
  const auto [events, summary] = assemble(whole_report("php", 300, 341));
  REQUIRE(events.size() == 1);
  const OomEvent& event = events[0];
  CHECK(event.completeness.grade == Grade::A);
  CHECK(event.completeness.missing.empty());
  CHECK(event.trigger.comm == "php");
  CHECK(event.trigger.pid == 300U);
  CHECK(event.constraint == Constraint::None);
  CHECK(event.outcome == Outcome::Killed);
  CHECK(event.memory->ram == Pages{130930});
  CHECK(event.page_size == PageSize{4096, Certainty::Stated});
  REQUIRE(event.victims.size() == 1);
  CHECK(event.victims[0].pid == 341U);
  CHECK(event.victims[0].anon_rss == Kibibytes{120000});
  CHECK(event.victims[0].cgroup == "/a.service");
  CHECK(summary.kind == "text");
}

TEST_CASE("what is missing of a report lowers its grade and is named") {
  const Lines whole = whole_report("php", 300, 341);
  struct Case {
    const char* without;
    Grade grade;
    ReportPart missing;
  };
  const auto part =
      GENERATE(Case{"invoked", Grade::C, ReportPart::Header}, Case{"pages RAM", Grade::C, ReportPart::Memory},
               Case{"] ", Grade::B, ReportPart::TaskTable}, Case{"oom-kill:", Grade::A, ReportPart::Constraint},
               Case{"Killed process", Grade::C, ReportPart::Kill});
  const auto [events, summary] = assemble(without(whole, part.without));
  INFO(part.without);
  REQUIRE(events.size() == 1);
  CHECK(events[0].completeness.grade == part.grade);
  CHECK(misses(events[0], part.missing));
}

TEST_CASE("a report without a task table (oom_dump_tasks=0) is graded B") {
  Lines lines = whole_report("php", 300, 341);
  lines.erase(lines.begin() + 11, lines.begin() + 14);
  const auto [events, summary] = assemble(lines);
  REQUIRE(events.size() == 1);
  CHECK(events[0].completeness.grade == Grade::B);
  CHECK_FALSE(events[0].has_task_table);
}

TEST_CASE("every prefix and suffix of a report says nothing that the whole does not") {
  const Lines whole = whole_report("php", 300, 341);
  for (std::size_t at = 0; at <= whole.size(); ++at) {
    const auto split = whole.begin() + static_cast<std::ptrdiff_t>(at);
    for (const Lines& part : {Lines(whole.begin(), split), Lines(split, whole.end())}) {
      const auto [events, summary] = assemble(part);
      INFO(at);
      CHECK(events.size() <= 1);
      for (const OomEvent& event : events) {
        for (const std::uint32_t pid : pids_of(event)) CHECK(pid == 341U);
        CHECK(event.trigger.comm.value_or("php") == "php");
        if (part.size() < whole.size()) CHECK(event.completeness.grade != Grade::A);
      }
    }
  }
}

TEST_CASE("lines of others inside a report are counted and do not end it") {
  Lines lines = whole_report("php", 300, 341);
  lines.insert(lines.begin() + 3, "usb 1-1: new high-speed USB device number 2 using xhci_hcd");
  const auto [events, summary] = assemble(lines);
  REQUIRE(events.size() == 1);
  CHECK(events[0].completeness.foreign_lines == 1);
  CHECK(events[0].completeness.grade == Grade::A);
}

TEST_CASE("rows that the author left out keep the table from being whole") {
  Lines lines = whole_report("php", 300, 341);
  lines.insert(lines.begin() + 14, "[...]");
  const auto [events, summary] = assemble(lines);
  REQUIRE(events.size() == 1);
  CHECK(events[0].completeness.grade == Grade::C);
}

TEST_CASE("the Mem-Info of a page allocation failure belongs to no OOM event") {
  const auto [events, summary] = assemble(
      Lines{"kworker/0:1: page allocation failure: order:5, mode:0x40cc0(GFP_KERNEL|__GFP_COMP), nodemask=(null)",
            "CPU: 0 PID: 7 Comm: kworker/0:1 Not tainted 6.1.0 #1",
            "Mem-Info:", "active_anon:1 inactive_anon:2 isolated_anon:0", "130930 pages RAM"});
  CHECK(events.empty());
}

TEST_CASE("a kernel trace is not taken for the trigger of a kill that is printed later") {
  const auto [events, summary] = assemble(
      Lines{"CPU: 1 PID: 99 Comm: innocent Not tainted 6.1.0 #1", "Call Trace:", " dump_stack+0x1/0x2",
            "Out of memory: Killed process 341 (hog) total-vm:4kB, anon-rss:4kB, file-rss:0kB, shmem-rss:0kB"});
  REQUIRE(events.size() == 1);
  CHECK_FALSE(events[0].trigger.comm);
}

TEST_CASE("another boot ends an open report and is counted") {
  const Lines first = {"[ 2786.519080] a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0"};
  const Lines second = {"[   39.922444] a invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0"};
  const auto [events, summary] = assemble(first + second);
  REQUIRE(events.size() == 2);
  CHECK(events[0].boot_index == 0);
  CHECK(events[1].boot_index == 1);
  CHECK(summary.boots == 2);
}

TEST_CASE("lines of another program are no report lines") {
  const auto [events, summary] =
      assemble(Lines{"Nov 20 12:00:01 web1 python[12]: Out of memory: Killed process 5 (x) total-vm:4kB, anon-rss:4kB, "
                     "file-rss:0kB, shmem-rss:0kB"});
  CHECK(events.empty());
}
