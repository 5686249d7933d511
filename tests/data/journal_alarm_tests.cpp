// A journal that grows in steps, written by systemd-journal-remote while it is watched.
#include <fmt/format.h>
#include <poll.h>

#include <catch2/catch.hpp>

#include "parser/journal_alarm.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/made_journal.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'763'431'361 * kSecond;  // 2025-11-18T02:02:41Z
const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";

std::string report_at(std::int64_t realtime_us) {
  const auto bytes = file_bytes(std::string(OOMWHY_TESTDATA) + "/cgroup-unit-limit/input.dmesg.txt");
  return export_report(report_records(bytes), realtime_us, kBoot);
}

std::string chatter_at(std::int64_t realtime_us) {
  return export_entry(realtime_us, kBoot, kernel_record("usb 1-1: new high-speed USB device", 4)) +
         export_entry(realtime_us + 1, kBoot, manager_line("api.service", "Started api.service."));
}

JournalAlarm alarm_in(const MadeJournal& made, std::int64_t since_us) {
  JournalLocation location;
  location.directory = made.folder().string();
  auto alarm = JournalAlarm::open(location, since_us);
  if (!alarm) FAIL(alarm.error().why);
  return std::move(*alarm);
}

// Whether poll(2) would wake now: what was written before the call has been told of by then.
bool wakes(const JournalAlarm& alarm) {
  pollfd awaited{alarm.descriptor(), alarm.events(), 0};
  return ::poll(&awaited, 1, 0) > 0;
}

}  // namespace

TEST_CASE("a journal that grows wakes its watcher, and only a kill rings") {
  if (!can_make_journals()) return;
  MadeJournal made(report_at(kStart - kSecond) + chatter_at(kStart));
  JournalAlarm alarm = alarm_in(made, kStart);
  CHECK_FALSE(alarm.take().kill);  // the kill before `since` is old
  made.add(chatter_at(kStart + 10 * kSecond));
  CHECK(wakes(alarm));
  CHECK_FALSE(alarm.take().kill);
  made.add(report_at(kStart + 20 * kSecond));
  CHECK(wakes(alarm));
  CHECK(alarm.take().kill);
  CHECK_FALSE(alarm.take().kill);
  CHECK_FALSE(wakes(alarm));
}

TEST_CASE("a killer's or the service manager's word rings, too") {
  if (!can_make_journals()) return;
  MadeJournal made(chatter_at(kStart));
  JournalAlarm alarm = alarm_in(made, kStart);
  CHECK_FALSE(alarm.take().kill);
  made.add(
      export_entry(kStart + kSecond, kBoot,
                   manager_line("api.service", "api.service: A process of this unit has been killed by the OOM killer.",
                                {{"MESSAGE_ID", "fe6faa94e7774663a0da52717891d8ef"}})));
  CHECK(alarm.take().kill);
  made.add(export_entry(kStart + 2 * kSecond, kBoot,
                        process_line({.pid = 300, .comm = "systemd-oomd", .unit = "systemd-oomd.service"},
                                     "Killed /system.slice/api.service due to memory pressure for /system.slice being "
                                     "72.10% > 60.00% for > 30s with reclaim activity")));
  CHECK(alarm.take().kill);
}

TEST_CASE("a rotation is told of, and the kill in the new file is heard") {
  if (!can_make_journals()) return;
  MadeJournal made(chatter_at(kStart));
  JournalAlarm alarm = alarm_in(made, kStart);
  alarm.take();
  made.rotate();
  made.add(report_at(kStart + 20 * kSecond));
  CHECK(wakes(alarm));
  const auto news = alarm.take();
  CHECK(news.files_changed);
  CHECK(news.kill);
}

TEST_CASE("a journal that is not there cannot be watched") {
  JournalLocation location;
  location.directory = "/nonexistent/journal";
  CHECK_FALSE(JournalAlarm::open(location, 0));
}

}  // namespace oomwhy
