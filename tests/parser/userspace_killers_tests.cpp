#include "parser/userspace_killers.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace oomwhy;

namespace {

LogLine line_of(std::string_view identifier, std::string_view text) {
  LogLine line;
  line.identifier = identifier;
  line.text = text;
  return line;
}

std::optional<UserspaceKill> kill_by(std::string_view identifier, std::string_view text) {
  const auto fact = classify_userspace_killer(line_of(identifier, text));
  if (!fact || !std::holds_alternative<UserspaceKill>(*fact)) return std::nullopt;
  return std::get<UserspaceKill>(*fact);
}

}  // namespace

TEST_CASE("systemd-oomd names what it killed and why, in the words of 248 to 262") {
  const auto pressure =
      kill_by("systemd-oomd",
              "Killed /batch.slice/ml-train.service due to memory pressure for /batch.slice being 19.71% > 5.00% for > "
              "2s with reclaim activity");
  REQUIRE(pressure);
  CHECK(pressure->cgroup == "/batch.slice/ml-train.service");
  CHECK(pressure->monitored == "/batch.slice");
  CHECK_FALSE(pressure->attempt);

  const auto marked =
      kill_by("systemd-oomd",
              "Marked /batch.slice/ml-train.service for killing due to memory pressure for /batch.slice being 30.64% > "
              "5.00% for > 2s with reclaim activity");
  REQUIRE(marked);
  CHECK(marked->attempt);
  CHECK(marked->cgroup == "/batch.slice/ml-train.service");

  const auto swap =
      kill_by("systemd-oomd",
              "Killed /system.slice/etl-job.service due to memory used (474865664) / total (492797952) and swap used "
              "(88334336) / total (134213632) being more than 60.00%");
  REQUIRE(swap);
  CHECK(swap->cgroup == "/system.slice/etl-job.service");
  CHECK_FALSE(swap->monitored.has_value());
}

TEST_CASE("a dry run of systemd-oomd kills nothing") {
  const auto dry = kill_by("systemd-oomd", "oomd dry-run: Would have tried to kill /a.slice with recurse=yes");
  REQUIRE(dry);
  CHECK(dry->dry_run);
}

TEST_CASE("earlyoom's announcement is read in the words of every version") {
  struct Row {
    std::string_view text;
    std::uint32_t pid;
    std::string comm;
    std::uint64_t rss_mib;
  };
  const std::vector<Row> rows{
      {R"(sending SIGTERM to process 354 uid 0 "nightly-report": badness 1060, VmRSS 277 MiB)", 354, "nightly-report",
       277},
      {R"(sending SIGTERM to process 470 uid 0 "nightly-report": oom_score 1060, VmRSS 274 MiB, cmdline "/usr/bin/python3 x")",
       470, "nightly-report", 274},
      {R"(sending SIGKILL to process 423 uid 0 "a": b": oom_score 1056, oom_score_adj 0, VmRSS 269 MiB, cmdline "x")",
       423, "a\": b", 269},
      {"Killing process: chrome, pid: 12, badness: 300, VmRSS: 812 MiB", 12, "chrome", 812},
      {"Killing process 'chrome' with signal 15, pid: 12, badness: 300, VmRSS: 812 MiB", 12, "chrome", 812},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto kill = kill_by("earlyoom", row.text);
    REQUIRE(kill);
    CHECK(kill->attempt);
    CHECK(kill->pid == row.pid);
    CHECK(kill->comm == row.comm);
    CHECK(kill->rss == Bytes{row.rss_mib * 1024 * 1024});
  }
}

TEST_CASE("earlyoom's settings are not a kill, its trend is a trend") {
  CHECK_FALSE(kill_by("earlyoom", "sending SIGTERM when mem avail <= 15.00% and swap free <= 100.00%,"));
  CHECK_FALSE(kill_by("earlyoom", "low memory! at or below SIGTERM limits: mem 15.00%, swap 100.00%"));
  const auto fact = classify_userspace_killer(
      line_of("earlyoom", "mem avail:    69 of   469 MiB (14.74%), swap free:    0 of    0 MiB ( 0.00%)"));
  REQUIRE(fact);
  REQUIRE(std::holds_alternative<MemoryTrend>(*fact));
  CHECK(std::get<MemoryTrend>(*fact).available_percent == Approx(14.74));
  const auto done = classify_userspace_killer(line_of("earlyoom", "process 423 exited after 0.116 seconds"));
  REQUIRE(done);
  CHECK(std::get<UserspaceKillDone>(*done).pid == 423);
}

TEST_CASE("Meta's oomd and the Android killers are recognised by their own words") {
  const auto oomd = kill_by(
      "", "oomd kill: 5.45 1.20 0.30 system.slice/foo.service 123456 ruleset:[r1] detectorgroup:[d] killer:[k] v2");
  REQUIRE(oomd);
  CHECK(oomd->cgroup == "/system.slice/foo.service");
  CHECK(oomd->rss == Bytes{123456});
  CHECK_FALSE(oomd->dry_run);
  CHECK(kill_by("", "oomd kill: 5.45 1.20 0.30 a 1 ruleset:[r1] detectorgroup:[d] killer:[(dry)k] v2")->dry_run);
  const auto lmk = kill_by("", "lowmemorykiller: Killing 'd.play.games.ui' (2613), adj 1000,");
  REQUIRE(lmk);
  CHECK(lmk->killer == "lowmemorykiller");
  CHECK(lmk->pid == 2613);
}

TEST_CASE("container runtimes and applications echo a kill") {
  const std::string id(64, 'a');
  const auto containerd = classify_echo(
      line_of("containerd", "time=\"x\" level=info msg=\"TaskOOM event &TaskOOM{ContainerID:" + id + ",}\""));
  REQUIRE(containerd);
  CHECK(std::get<RuntimeEcho>(*containerd).container == id);
  const auto conmon = classify_echo(line_of("conmon", "conmon 0123456789abcdef0123 <ninfo>: OOM event received"));
  REQUIRE(conmon);
  CHECK(std::get<RuntimeEcho>(*conmon).container == "0123456789abcdef0123");
  const auto postgres =
      classify_echo(line_of("postgres", "LOG:  server process (PID 4711) was terminated by signal 9: Killed"));
  REQUIRE(postgres);
  CHECK(std::get<ApplicationEcho>(*postgres).pid == 4711);
  const auto timeout = classify_echo(line_of("gunicorn", "[CRITICAL] WORKER TIMEOUT (pid:99)"));
  REQUIRE(timeout);
  CHECK(std::get<ApplicationEcho>(*timeout).timeout);
}

TEST_CASE("other programs that quote a killer are none") {
  CHECK_FALSE(kill_by("sshd", "Killed /a.slice due to memory pressure for /b"));
  CHECK_FALSE(kill_by("systemd-oomd", "Killed nothing due to laziness"));
  CHECK_FALSE(kill_by("systemd-oomd", "Considered 1 cgroups for killing, top candidates were:"));
  CHECK_FALSE(kill_by("earlyoom", "sending SIGTERM to process x"));
  CHECK_FALSE(kill_by("earlyoom", "sending SIGTERM to process 99999999999999999999"));
  CHECK_FALSE(kill_by("", "oomd kill: x y z"));
}
