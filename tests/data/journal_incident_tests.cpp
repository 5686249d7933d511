// The first screen of a host's journal: the incident that matters is on it, and a "no" says what it rests on.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/data/case_folder.hpp"
#include "tests/data/made_journal.hpp"
#include "tests/data/record_text.hpp"
#include "tests/data/run_program.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kKill = 1'763'431'361 * kSecond;  // 2025-11-18T02:02:41Z
const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";
const std::string kNextBoot = "c7d1b2e3f405162738495a6b7c8d41b6";

std::vector<std::string> report_of(const std::string& name) {
  return report_records(file_bytes(std::string(OOMWHY_TESTDATA) + "/" + name + "/input.dmesg.txt"));
}

// The kill of report-worker at its unit's limit, of a process with another PID: of another size, too, so that it is no
// run of the same loop.
std::string small_kill(int n, std::int64_t realtime_us, const std::string& boot) {
  auto records = report_of("cgroup-unit-limit");
  for (std::string& record : records) {
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"pid=293", fmt::format("pid={}", 400 + n)},
                                   {"process 293 ", fmt::format("process {} ", 400 + n)},
                                   {"[    293]     0   293", fmt::format("[    {}]     0   {}", 400 + n, 400 + n)},
                                   {"report-worker", fmt::format("worker-{:02}", n)}}) {
      for (auto at = record.find(from); at != std::string::npos; at = record.find(from, at + to.size())) {
        record.replace(at, from.size(), to);
      }
    }
  }
  return export_report(records, realtime_us, boot);
}

// The database at kKill, then ten small kills, one each hour.
std::string database_then_small_kills(const std::string& boot_of_small_ones) {
  std::string text = export_report(report_of("host-swarm-kills-database"), kKill, kBoot);
  for (int n = 1; n <= 10; ++n) text += small_kill(n, kKill + n * kHour, boot_of_small_ones);
  return text;
}

void check_database_is_named(const std::string& boot_of_small_ones) {
  const MadeJournal made(database_then_small_kills(boot_of_small_ones));
  const ProgramRun all = run_program({.arguments = {"--file", made.file(), "list", "-o", "json"}});
  const json document = json::parse(all.output);
  REQUIRE(document["incidents"].size() == 11);
  const auto id = document["incidents"][0]["id"].get<std::string>();
  REQUIRE(document["incidents"][0]["scope"] == "host");
  const ProgramRun run = run_program({.arguments = {"--file", made.file()}});
  INFO(run.output);
  CHECK(run.output.find("worker-10") != std::string::npos);
  // Named before the small ones that came between.
  const auto database = run.output.find(id.substr(0, 8));
  REQUIRE(database != std::string::npos);
  CHECK(run.output.find("redis-server") != std::string::npos);
  CHECK(database < run.output.find("worker-09"));
}

TEST_CASE("ten small cgroup kills do not hide the database that the host's shortage killed") {
  if (!can_make_journals()) return;
  check_database_is_named(kBoot);
}

TEST_CASE("ten small cgroup kills do not hide the database that was killed before a reboot") {
  if (!can_make_journals()) return;
  check_database_is_named(kNextBoot);
}

TEST_CASE("a boot is chosen by its number, and a word behind -b is a MATCH") {
  if (!can_make_journals()) return;
  const MadeJournal made(database_then_small_kills(kNextBoot));
  struct Row {
    std::vector<std::string> words;
    std::size_t incidents;
    std::string first_victim;
  };
  for (const Row& row : std::vector<Row>{{{"-b", "-1"}, 1, "redis-server"},
                                         {{"-b", "-1", "-1"}, 1, "redis-server"},
                                         {{"-b-1"}, 1, "redis-server"},
                                         {{"-b", "+1"}, 1, "redis-server"},
                                         {{"-b", kBoot}, 1, "redis-server"},
                                         {{"--boot=" + kNextBoot + "-1"}, 1, "redis-server"},
                                         {{"-b", "redis-server"}, 0, ""},
                                         {{"-b", "worker-03"}, 1, "worker-03"},
                                         {{"-b"}, 1, "worker-10"},
                                         {{"-1", "redis-server"}, 1, "redis-server"},
                                         {{"-1"}, 1, "worker-10"},
                                         {{"-a", "-b", "all"}, 11, "redis-server"},
                                         {{"-b", "-7"}, 0, ""}}) {
    std::vector<std::string> arguments = {"--file", made.file(), "-o", "json"};
    arguments.insert(arguments.end(), row.words.begin(), row.words.end());
    CAPTURE(row.words);
    const ProgramRun run = run_program({.arguments = arguments});
    const json document = json::parse(run.output);
    REQUIRE(document["incidents"].size() == row.incidents);
    CHECK(run.exit_status == (row.incidents == 0 ? 1 : 0));
    if (row.incidents > 0) CHECK(document["incidents"][0]["victims"][0]["comm"] == row.first_victim);
  }
}

TEST_CASE("a unit that was not OOM-killed is answered with the interval, the blind spots and who sent SIGKILL") {
  if (!can_make_journals()) return;
  const auto died = [](const std::string& unit) {
    return manager_line(
        unit, unit + ": Main process exited, code=killed, status=9/KILL",
        {{"MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15"}, {"EXIT_CODE", "killed"}, {"EXIT_STATUS", "9"}});
  };
  const MadeJournal made(
      export_report(report_of("host-swarm-kills-database"), kKill, kBoot) +
      export_entry(kKill + kHour, kBoot,
                   manager_line("api.service", "api.service: State 'stop-sigterm' timed out. Killing.")) +
      export_entry(kKill + kHour + 1, kBoot, died("api.service")) +
      export_entry(kKill + kHour + 2, kBoot, died("other.service")) +
      export_entry(kKill + 2 * kHour, kBoot,
                   {{"_TRANSPORT", "driver"},
                    {"MESSAGE_ID", "e9bf28e6e834481bb6f48f548ad13606"},
                    {"MESSAGE", "Missed 318 kernel messages"}}));
  const ProgramRun run = run_program({.arguments = {"--file", made.file(), "-u", "api.service"}});
  INFO(run.output);
  CHECK(run.exit_status == 1);
  CHECK(run.output.starts_with("No OOM kill of api.service found from Tue 2025-11-18 02:02:41 UTC"));
  CHECK(run.output.find("Missed 318 kernel messages") != std::string::npos);
  CHECK(run.output.find("api.service: ended by SIGKILL; sent by: stop") != std::string::npos);
  CHECK(run.output.find("other.service") == std::string::npos);
  CHECK(run.output.find("a person") != std::string::npos);
}

}  // namespace
}  // namespace oomwhy
