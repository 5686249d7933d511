// What programs say around a kill, and of allocations that were refused, out of a journal.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/data/case_folder.hpp"
#include "tests/data/journal_reading.hpp"
#include "tests/data/made_journal.hpp"
#include "tests/data/record_text.hpp"
#include "tests/data/run_program.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kKill = 1'763'431'361 * kSecond;  // 2025-11-18T02:02:41Z
const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";

const Sender kPostgres = {.pid = 290, .uid = 110, .comm = "postgres", .unit = "postgresql.service"};
const Sender kApi = {.pid = 4711, .uid = 33, .comm = "api", .unit = "api.service"};

std::string said(std::int64_t seconds_after_kill, const Sender& sender, const std::string& message,
                 const std::string& cgroup = "") {
  JournalFieldList fields = process_line(sender, message);
  if (!cgroup.empty()) fields.emplace_back("_SYSTEMD_CGROUP", cgroup);
  return export_entry(kKill + seconds_after_kill * kSecond, kBoot, fields);
}

std::string kernel_said(std::int64_t seconds_after_kill, const std::string& message) {
  return export_entry(kKill + seconds_after_kill * kSecond, kBoot, kernel_record(message, 4));
}

// report-worker (PID 293) killed at its unit's limit, in /system.slice/report-worker.service.
std::string unit_kill() {
  return export_report(report_records(file_bytes(std::string(OOMWHY_TESTDATA) + "/cgroup-unit-limit/input.dmesg.txt")),
                       kKill, kBoot);
}

template <typename Fact>
std::vector<const Fact*> facts_of(const JournalReading& reading) {
  std::vector<const Fact*> facts;
  for (const UserlandEvent& event : reading.userland) {
    if (const auto* fact = std::get_if<Fact>(&event.fact)) facts.push_back(fact);
  }
  return facts;
}

json answer(const MadeJournal& made, std::vector<std::string> words, int status) {
  words.insert(words.begin(), {"--file", made.file(), "-o", "json"});
  const ProgramRun run = run_program({.arguments = words});
  INFO(run.output << run.errors);
  CHECK(run.exit_status == status);
  return json::parse(run.output);
}

TEST_CASE("a parent in the victim's cgroup that saw it die, and the query, are read around the kill and nowhere else") {
  if (!can_make_journals()) return;
  const std::string cgroup = "/system.slice/report-worker.service";
  const std::string died = "LOG:  server process (PID 293) was terminated by signal 9: Killed";
  const MadeJournal made(said(-3600, kPostgres, died, cgroup) + unit_kill() + said(1, kPostgres, "hello", cgroup) +
                         said(2, kPostgres, died, cgroup) +
                         said(2, kPostgres, "DETAIL:  Failed process was running: SELECT 1", cgroup) +
                         said(3, kPostgres, died, "/system.slice/other.service") +
                         said(4, {.pid = 9, .comm = "kubelet", .unit = "kubelet.service"},
                              "System OOM encountered, victim process: report-worker, pid: 293") +
                         said(3600, kPostgres, died, cgroup));
  const JournalReading reading = read_journal_files({made.file()});
  REQUIRE(facts_of<ApplicationEcho>(reading).size() == 1);
  CHECK(facts_of<ApplicationEcho>(reading)[0]->pid == 293U);
  REQUIRE(facts_of<RunningQuery>(reading).size() == 1);
  CHECK(facts_of<RunningQuery>(reading)[0]->query == "SELECT 1");
  REQUIRE(facts_of<RuntimeEcho>(reading).size() == 1);
  CHECK(facts_of<RuntimeEcho>(reading)[0]->pid == 293U);
  const json document = answer(made, {}, 0);
  REQUIRE(document["incidents"].size() == 1);
  std::vector<std::string> sources;
  for (const json& entry : document["incidents"][0]["timeline"]) sources.push_back(entry["source"]);
  CHECK(std::count(sources.begin(), sources.end(), "postgres") == 2);
  CHECK(std::count(sources.begin(), sources.end(), "kubelet") == 1);
}

TEST_CASE("a storm's windows are one, and of its echoes no more are read than there is room for") {
  if (!can_make_journals()) return;
  std::string text;
  for (int i = 0; i < 400; ++i) {
    const auto id = std::to_string(1000 + i);
    text += export_entry(kKill + i * kSecond, kBoot,
                         kernel_record("Memory cgroup out of memory: Killed process " + id +
                                           " (php-fpm) total-vm:42056kB, anon-rss:" + std::to_string(40'000 + i) +
                                           "kB, file-rss:0kB, shmem-rss:0kB, UID:33 pgtables:96kB oom_score_adj:0",
                                       3));
    text += export_entry(kKill + i * kSecond + 1, kBoot,
                         manager_line("php.service",
                                      "php.service: A process of this unit has been killed by the OOM "
                                      "killer.",
                                      {{"MESSAGE_ID", "fe6faa94e7774663a0da52717891d8ef"}}));
    text += export_entry(kKill + i * kSecond + 2, kBoot,
                         process_line({.pid = 500, .uid = 33, .comm = "php-fpm", .unit = "php.service"},
                                      "child " + id + " exited on signal 9 (SIGKILL) after 3.5 seconds from start"));
  }
  const MadeJournal made(text);
  const JournalReading reading = read_journal_files({made.file()});
  CHECK(reading.events.size() == 400);
  const auto echoes = facts_of<ApplicationEcho>(reading);
  CHECK(echoes.size() == 256);
  std::set<std::uint32_t> pids;
  for (const ApplicationEcho* echo : echoes) pids.insert(echo->pid.value_or(0));
  CHECK(pids.size() == echoes.size());
}

TEST_CASE("a unit that was refused memory is answered no, with what proves it") {
  if (!can_make_journals()) return;
  const MadeJournal made(
      said(0, kApi, "starting") + said(1, kApi, "fork: Cannot allocate memory") +
      kernel_said(2,
                  "__vm_enough_memory: pid: 4711, comm: api, bytes: 1073741824 not enough memory for the allocation") +
      kernel_said(3,
                  "mmap: other (4712): VmData 516096 exceed data ulimit 512000. Update limits or use boot option "
                  "ignore_rlimit_data.") +
      said(4, {.pid = 5, .comm = "other", .unit = "other.service"}, "malloc: Cannot allocate memory") +
      said(5, kApi, "fork: Cannot allocate memory"));
  const json document = answer(made, {"-u", "api.service"}, 1);
  CHECK(document["incidents"].empty());
  const json& refused = document["refused_allocations"];
  REQUIRE(refused.size() == 2);
  CHECK(refused[0]["refused_by"] == "unknown");
  CHECK(refused[0]["program"] == "api");
  CHECK(refused[0]["pid"] == 4711);
  CHECK(refused[0]["trust"] == "userspace");
  CHECK(refused[0]["count"] == 2);
  CHECK(refused[0]["last"]["realtime"] == "2025-11-18T02:02:46Z");
  CHECK(refused[1]["refused_by"] == "overcommit");
  CHECK(refused[1]["unit"] == "api.service");  // PID 4711's earlier lines
  CHECK(refused[1]["size_bytes"] == 1073741824);
  CHECK(refused[1]["trust"] == "kernel");
  const ProgramRun run = run_program({.arguments = {"--file", made.file(), "-u", "api.service"}});
  CHECK(run.output.find("but an allocation was") != std::string::npos);
  CHECK(run.output.find("overcommit") != std::string::npos);
  // Without a unit the kernel's word is found; the programs' own lines are not searched for.
  const json all = answer(made, {}, 1);
  CHECK(all["refused_allocations"].size() == 2);
  CHECK(all["refused_allocations"][1]["refused_by"] == "data_limit");
  CHECK(answer(made, {"-u", "api.service", "-U", "2025-11-18 02:00:00"}, 1)["refused_allocations"].empty());
}

TEST_CASE("the kernel's words of refused memory that a process wrote are not the kernel's") {
  if (!can_make_journals()) return;
  const std::string words = "__vm_enough_memory: pid: 4711, comm: api, no enough memory for the allocation";
  JournalFieldList forged = kernel_record(words, 4);
  for (auto& [name, value] : forged) {
    if (name == "SYSLOG_FACILITY") value = "1";
  }
  const MadeJournal made(export_entry(kKill, kBoot, forged) +
                         said(1, {.pid = 7, .comm = "logger", .unit = "api.service"}, words));
  CHECK(answer(made, {"-u", "api.service"}, 1)["refused_allocations"].empty());
}

}  // namespace
}  // namespace oomwhy
