// Who a PID of the table was: only what an entry from before the kill proves, and nothing across a PID's reuse.
#include <algorithm>
#include <catch2/catch.hpp>

#include "parser/journal_files.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/journal_reading.hpp"
#include "tests/data/made_journal.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kKill = 1'763'431'361 * kSecond;
const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";
const std::string kInvocation = "980da3e425f94d988ac678ce0e6e32aa";

// A row of the report: "[    273]   101   273    76902 …  redis-server".
const Sender kRedis{.pid = 273, .uid = 101, .comm = "redis-server", .unit = "redis.service"};

struct Line {
  std::int64_t seconds;  // after the kill
  JournalFieldList fields;
  std::string boot = kBoot;
};

// The victim's row of the swarm's report, read with these lines beside it.
Task redis_among(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    if (line.seconds < 0) text += export_entry(kKill + line.seconds * kSecond, line.boot, line.fields);
  }
  const auto dmesg = file_bytes(std::string(OOMWHY_TESTDATA) + "/host-swarm-kills-database/input.dmesg.txt");
  text += export_report(report_records(dmesg), kKill, kBoot);
  for (const Line& line : lines) {
    if (line.seconds > 0) text += export_entry(kKill + line.seconds * kSecond, line.boot, line.fields);
  }
  const MadeJournal made(text);
  const JournalReading reading = read_journal_files({made.file()});
  REQUIRE(reading.events.size() == 1);
  for (const Task& task : reading.events[0].tasks) {
    if (task.pid == 273) return task;
  }
  FAIL("the victim's row was not read");
  return {};
}

Sender with_pid(std::uint32_t pid) {
  Sender sender = kRedis;
  sender.pid = pid;
  return sender;
}

TEST_CASE("a process whose last line stands in a file that was rotated away is found there") {
  if (!can_make_journals()) return;
  const auto dmesg = file_bytes(std::string(OOMWHY_TESTDATA) + "/host-swarm-kills-database/input.dmesg.txt");
  MadeJournal made(export_entry(kKill - 7200 * kSecond, kBoot, process_line(kRedis, "Ready to accept connections")));
  made.rotate();
  // The PID in the file of the kill, but in a boot before.
  made.add(export_entry(kKill - 3600 * kSecond, "0" + kBoot.substr(1), process_line(with_pid(273), "of another boot")) +
           export_report(report_records(dmesg), kKill, kBoot));
  const auto files = find_journal_files({made.folder().string()});
  REQUIRE(files.size() == 2);
  const JournalReading reading = read_journal_files(files);
  REQUIRE(reading.events.size() == 1);
  const auto& tasks = reading.events[0].tasks;
  const auto redis = std::find_if(tasks.begin(), tasks.end(), [](const Task& task) { return task.pid == 273; });
  REQUIRE(redis != tasks.end());
  CHECK(redis->unit == "redis.service");
  CHECK(redis->unit_certainty == Certainty::Derived);
}

// Two files that were written to at the same time, the second one longer: each boot's own and a user's, for one.
TEST_CASE("of files that overlap, the one with the later entry of the PID tells, not the one that ends later") {
  if (!can_make_journals()) return;
  const auto hour = [](std::int64_t hours, const Sender& sender) {
    return export_entry(kKill + hours * 3600 * kSecond, kBoot, process_line(sender, "x"));
  };
  Sender before = kRedis;
  before.unit = "redis-old.service";
  const MadeJournal shorter(hour(-9, with_pid(1)) + hour(-4, kRedis) + hour(-3, with_pid(1)));
  const MadeJournal longer(hour(-8, with_pid(2)) + hour(-5, before) + hour(-2, with_pid(2)));
  const auto dmesg = file_bytes(std::string(OOMWHY_TESTDATA) + "/host-swarm-kills-database/input.dmesg.txt");
  // The same report twice, an hour and a digit apart: what the first look-up learnt of the files holds for the second.
  auto again = report_records(dmesg);
  for (std::string& record : again) {
    const auto at = record.find("total-vm:307608kB");
    if (at != std::string::npos) record.replace(at, 17, "total-vm:307609kB");
  }
  const MadeJournal kills(hour(-1, with_pid(3)) + export_report(report_records(dmesg), kKill, kBoot) +
                          export_report(again, kKill + 3600 * kSecond, kBoot) + hour(2, with_pid(4)));
  const JournalReading reading = read_journal_files({shorter.file(), longer.file(), kills.file()});
  REQUIRE(reading.events.size() == 2);
  for (const OomEvent& event : reading.events) {
    const auto redis =
        std::find_if(event.tasks.begin(), event.tasks.end(), [](const Task& task) { return task.pid == 273; });
    REQUIRE(redis != event.tasks.end());
    CHECK(redis->unit == "redis.service");
    CHECK(redis->unit_certainty == Certainty::Derived);
  }
}

TEST_CASE("PID, name and uid before the kill tell the unit and the command line") {
  if (!can_make_journals()) return;
  const Task task = redis_among({{-60, process_line(kRedis, "Ready to accept connections")}});
  CHECK(task.unit == "redis.service");
  CHECK(task.unit_certainty == Certainty::Derived);
  CHECK(task.cmdline == "/usr/bin/redis-server --serve");
}

TEST_CASE("an entry with the PID proves nothing where it speaks of another process") {
  if (!can_make_journals()) return;
  Sender renamed = kRedis, stranger = kRedis;
  renamed.comm = "sh";
  stranger.uid = 0;
  for (const Line& line : std::vector<Line>{
           {-60, process_line(renamed, "x")},
           {-60, process_line(stranger, "x")},
           {60, process_line(kRedis, "x")},                                       // after the kill
           {-60, process_line(kRedis, "x"), "0f0e0d0c0b0a09080706050403020100"},  // in another boot
       }) {
    CHECK(redis_among({line}).unit == std::nullopt);
  }
}

TEST_CASE("the PID of an invocation that had ended is another process") {
  if (!can_make_journals()) return;
  Sender gone = kRedis;
  gone.invocation_id = kInvocation;
  const Line spoke{-120, process_line(gone, "x")};
  const auto end = manager_line("redis.service", "redis.service: Main process exited, code=exited, status=0/SUCCESS",
                                {{"MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15"}, {"INVOCATION_ID", kInvocation}});
  const Task known = redis_among({spoke});
  CHECK(known.unit_certainty == Certainty::Derived);
  // By its name it is still one of that unit's, which is less.
  const Task reused = redis_among({spoke, {-60, end}});
  CHECK(reused.unit_certainty == Certainty::Assumed);
  CHECK(reused.cmdline == std::nullopt);
}

TEST_CASE("a stream's sender may be the parent: its unit is assumed") {
  if (!can_make_journals()) return;
  Sender stream = kRedis;
  stream.transport = "stdout";
  CHECK(redis_among({{-60, process_line(stream, "x")}}).unit_certainty == Certainty::Assumed);
}

TEST_CASE("a name that only one service has tells the unit, as an assumption") {
  if (!can_make_journals()) return;
  const Task task = redis_among({{-60, process_line(with_pid(100), "x")}, {-50, process_line(with_pid(101), "x")}});
  CHECK(task.unit == "redis.service");
  CHECK(task.unit_certainty == Certainty::Assumed);
  CHECK(task.cmdline == std::nullopt);
}

TEST_CASE("a name that two units have, or that a session has, tells nothing") {
  if (!can_make_journals()) return;
  Sender second = with_pid(101), session = with_pid(102);
  second.unit = "redis-cache.service";
  session.unit = "session-2.scope";
  CHECK(redis_among({{-60, process_line(with_pid(100), "x")}, {-50, process_line(second, "x")}}).unit == std::nullopt);
  CHECK(redis_among({{-60, process_line(session, "x")}}).unit == std::nullopt);
}

}  // namespace
}  // namespace oomwhy
