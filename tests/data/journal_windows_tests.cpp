// What is found through a journal's index, and read around it: each report once and whole, whatever stands beside it.
#include <catch2/catch.hpp>

#include "report/event_id.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/journal_reading.hpp"
#include "tests/data/made_journal.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kKill = 1'763'431'361 * kSecond;  // 2025-11-18T02:02:41Z
const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";
const std::string kOtherBoot = "0f0e0d0c0b0a09080706050403020100";

std::vector<std::string> report_of(const std::string& name) {
  return report_records(file_bytes(std::string(OOMWHY_TESTDATA) + "/" + name + "/input.dmesg.txt"));
}

std::string idle_kernel_lines(std::int64_t realtime_us, int count, const std::string& boot = kBoot) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += export_entry(realtime_us + i, boot, kernel_record("eth0: link is up " + std::to_string(i), 4));
  }
  return text;
}

JournalReading read(const std::string& export_text, const JournalInterval& interval = {}) {
  const MadeJournal made(export_text);
  return read_journal_files({made.file()}, interval);
}

TEST_CASE("a report is read whole out of ten thousand other kernel lines") {
  if (!can_make_journals()) return;
  const auto records = report_of("host-swarm-kills-database");
  const auto reading = read(idle_kernel_lines(kKill - 10 * kSecond, 5000) + export_report(records, kKill, kBoot) +
                            idle_kernel_lines(kKill + 10 * kSecond, 5000));
  REQUIRE(reading.events.size() == 1);
  CHECK(reading.events[0].completeness.grade == Grade::A);
  CHECK(reading.events[0].trust == Trust::Kernel);
  CHECK(reading.events[0].boot_id == kBoot);
  CHECK(reading.events[0].time.realtime_us == kKill);
  // The lines of the report and a little around it, not those of the whole log.
  CHECK(reading.summary.lines < records.size() + 300);
}

// What journald finds in the ring buffer when it starts again, after it was itself killed, has one stamp.
TEST_CASE("a report whose entries all have one stamp is read whole") {
  if (!can_make_journals()) return;
  const auto first = report_of("host-swarm-kills-database");
  const auto second = report_of("cgroup-unit-limit");
  const auto reading = read(export_report(first, kKill, kBoot, 0) + export_report(second, kKill, kBoot, 0));
  REQUIRE(reading.events.size() == 2);
  CHECK(reading.events[0].completeness.grade == Grade::A);
  CHECK(reading.events[1].completeness.grade == Grade::A);
}

TEST_CASE("two reports that stand next to each other are two events") {
  if (!can_make_journals()) return;
  const auto reading = read(export_report(report_of("host-swarm-kills-database"), kKill, kBoot) +
                            export_report(report_of("cgroup-unit-limit"), kKill + kSecond, kBoot));
  REQUIRE(reading.events.size() == 2);
  CHECK(reading.events[0].constraint == Constraint::None);
  CHECK(reading.events[1].constraint == Constraint::Memcg);
}

TEST_CASE("the reports of two hosts whose entries alternate are kept apart") {
  if (!can_make_journals()) return;
  const auto one = report_of("host-swarm-kills-database");
  const auto other = report_of("cgroup-unit-limit");
  std::string text;
  for (std::size_t i = 0; i < std::max(one.size(), other.size()); ++i) {
    const std::int64_t stamp = kKill + static_cast<std::int64_t>(i) * 100;
    if (i < one.size()) text += export_entry(stamp, kBoot, kernel_record(one[i], kernel_priority(one[i])));
    if (i < other.size())
      text += export_entry(stamp + 50, kOtherBoot, kernel_record(other[i], kernel_priority(other[i])));
  }
  const auto reading = read(text);
  REQUIRE(reading.events.size() == 2);
  for (const OomEvent& event : reading.events) {
    CHECK(event.completeness.grade == Grade::A);
    CHECK(event.completeness.foreign_lines == 0);
  }
  CHECK(reading.events[0].boot_id != reading.events[1].boot_id);
  CHECK(reading.summary.boots == 2);
}

TEST_CASE("a kill whose opening line is lost is found by its verdict") {
  if (!can_make_journals()) return;
  auto records = report_of("host-swarm-kills-database");
  records.erase(records.begin(), records.begin() + 30);
  const auto reading = read(idle_kernel_lines(kKill - kSecond, 400) + export_report(records, kKill, kBoot));
  REQUIRE(reading.events.size() == 1);
  REQUIRE(reading.events[0].victims.size() == 1);
  CHECK(reading.events[0].victims[0].comm == "redis-server");
  CHECK_FALSE(reading.events[0].tasks.empty());
}

TEST_CASE("a report without a verdict is found by its opening line") {
  if (!can_make_journals()) return;
  auto records = report_of("host-swarm-kills-database");
  records.resize(records.size() - 2);  // the constraint and the kill: the host was reset
  const auto reading = read(export_report(records, kKill, kBoot));
  REQUIRE(reading.events.size() == 1);
  CHECK(reading.events[0].outcome == Outcome::Unknown);
  CHECK_FALSE(reading.events[0].tasks.empty());
}

TEST_CASE("the interval and the boot that were asked for narrow what is read") {
  if (!can_make_journals()) return;
  const std::string text = export_report(report_of("host-swarm-kills-database"), kKill, kBoot) +
                           export_report(report_of("cgroup-unit-limit"), kKill + 3600 * kSecond, kOtherBoot);
  CHECK(read(text).events.size() == 2);
  CHECK(read(text, {.since_us = kKill + 60 * kSecond}).events.size() == 1);
  CHECK(read(text, {.since_us = -60 * kSecond}).events.size() == 2);
  CHECK(read(text, {.until_us = kKill - 60 * kSecond}).events.empty());
  const auto first =
      read(text, {.choose_boot = [](const std::vector<JournalBoot>& boots) { return boots.front().id; }});
  REQUIRE(first.events.size() == 1);
  CHECK(first.events[0].boot_id == kBoot);
  CHECK(first.events[0].boot_index == 0);
  CHECK(read(text, {.choose_boot = [](const auto&) { return std::string(); }}).events.empty());
}

TEST_CASE("what a process writes in the kernel's words is not the kernel's word") {
  if (!can_make_journals()) return;
  std::string text;
  std::int64_t stamp = kKill;
  for (const std::string& record : report_of("host-swarm-kills-database")) {
    // Through /dev/kmsg: transport kernel, facility 1. Through syslog: its own transport.
    auto fields = kernel_record(record, kernel_priority(record));
    fields[2].second = "1";
    text += export_entry(stamp, kBoot, fields);
    text += export_entry(stamp + 1, kBoot, process_line({.pid = 900, .comm = "forger", .unit = "x.service"}, record));
    stamp += 100;
  }
  for (const OomEvent& event : read(text).events) CHECK(event.trust == Trust::Userspace);
}

TEST_CASE("messages that journald missed or suppressed are blind spots") {
  if (!can_make_journals()) return;
  const auto reading = read(export_entry(kKill, kBoot,
                                         {{"_TRANSPORT", "driver"},
                                          {"MESSAGE_ID", "e9bf28e6e834481bb6f48f548ad13606"},
                                          {"MESSAGE", "Missed 318 kernel messages"}}) +
                            export_entry(kKill + 1, kBoot,
                                         {{"_TRANSPORT", "driver"},
                                          {"MESSAGE_ID", "a596d6fe7bfa4994828e72309e95d61e"},
                                          {"MESSAGE", "Suppressed 4112 messages from api.service"}}));
  CHECK(has_blind_spot(reading, BlindSpotKind::RecordsLost));
  CHECK(has_blind_spot(reading, BlindSpotKind::RecordsSuppressed));
}

TEST_CASE("a line longer than the library's usual limit is whole") {
  if (!can_make_journals()) return;
  auto records = report_of("host-swarm-kills-database");
  records.insert(records.begin() + 5, "Modules linked in: " + std::string(100'000, 'x'));
  const auto reading = read(export_report(records, kKill, kBoot));
  REQUIRE(reading.events.size() == 1);
  CHECK(reading.events[0].completeness.grade == Grade::A);
}

TEST_CASE("what the service manager says stands in order of time") {
  if (!can_make_journals()) return;
  // The line with the sender has no message id and is found by another pass than the line of the death.
  const auto reading = read(
      export_entry(kKill, kBoot,
                   manager_line("api.service",
                                "api.service: Sent signal SIGKILL to main process 330 (api) on client request.")) +
      export_entry(
          kKill + kSecond, kBoot,
          manager_line(
              "api.service", "api.service: Main process exited, code=killed, status=9/KILL",
              {{"MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15"}, {"EXIT_CODE", "killed"}, {"EXIT_STATUS", "9"}})));
  REQUIRE(reading.userland.size() == 2);
  CHECK(std::get<UnitMessage>(reading.userland[0].fact).word == UnitWord::SignalOnRequest);
  CHECK(std::get<UnitMessage>(reading.userland[1].fact).word == UnitWord::ProcessExited);
}

// As in the capture of a panic (panic_on_oom): journald wrote nothing of it, and the next boot follows.
TEST_CASE("a boot that another one follows and that just stops is a blind spot") {
  if (!can_make_journals()) return;
  const std::string next = "c7d1b2e3f405162738495a6b7c8d41b6";
  const auto said = [](std::int64_t at, const std::string& boot) {
    return export_entry(at, boot, kernel_record("usb 1-1: new high-speed USB device", 6));
  };
  const auto stopped = export_entry(
      kKill + kSecond, kBoot,
      {{"_TRANSPORT", "driver"}, {"MESSAGE_ID", "d93fb3c9c24d451a97cea615ce59c00b"}, {"MESSAGE", "Journal stopped"}});
  const auto cut = read(said(kKill, kBoot) + said(kKill + kHour, next));
  REQUIRE(has_blind_spot(cut, BlindSpotKind::Gap));
  CHECK(cut.summary.blind_spots.front().detail.find("boot " + kBoot + " ends without a shutdown") == 0);
  CHECK_FALSE(has_blind_spot(read(said(kKill, kBoot) + stopped + said(kKill + kHour, next)), BlindSpotKind::Gap));
  // journald was stopped and started again, long before the end.
  CHECK(has_blind_spot(read(said(kKill, kBoot) + stopped + said(kKill + kHour, kBoot) + said(kKill + 2 * kHour, next)),
                       BlindSpotKind::Gap));
  // The boot that is running.
  CHECK_FALSE(has_blind_spot(read(said(kKill, kBoot)), BlindSpotKind::Gap));
}

}  // namespace
}  // namespace oomwhy
