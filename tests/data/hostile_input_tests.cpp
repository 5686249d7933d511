// Logs that were damaged, by accident or on purpose: no crash, bounded memory, a diagnostic, and nothing else lost.
#include <catch2/catch.hpp>
#include <random>

#include "parser/reader.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"
#include "tests/data/record_text.hpp"
#include "tests/data/run_program.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

std::filesystem::path input_of(const std::string& name) {
  return std::filesystem::path(OOMWHY_TESTDATA) / name / "input.dmesg.txt";
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Read {
  std::vector<OomEvent> events;
  InputSummary summary;
};

Read read_text(std::string text) {
  Read read;
  read.summary = read_source(TextSource::from_memory(std::move(text), "log"), {},
                             [&read](OomEvent event) { read.events.push_back(std::move(event)); });
  return read;
}

struct Damage {
  const char *what, *from, *to;
};

// Each is one damaged field of host-swarm-kills-database; the rest of the report has to stay.
constexpr Damage kDamages[] = {
    {"an rss that overflows", "    54327     3886   163840", "    54327 99999999999999999999999   163840"},
    {"a total_vm that overflows", "   54327     3886   163840", "   99999999999999999999 3886   163840"},
    {"an rss that is no number", "    54327     3886   163840", "    54327     38x6   163840"},
    {"a negative pid", "[    254]   102   254", "[   -254]   102   254"},
    {"a pid that overflows", "[    254]   102   254", "[99999999999]   102   254"},
    {"a row cut in the middle", "    54327     3886   163840        0          -900 postgres", "    543"},
    {"RAM that overflows", "130930 pages RAM", "99999999999999999999999 pages RAM"},
    {"a counter that overflows", "active_anon:974 ", "active_anon:99999999999999999999999 "},
    {"a zone's counter that overflows", "free:1772kB boost", "free:99999999999999999999999kB boost"},
    {"a free list that overflows", "133*4kB", "99999999999999999999999*4kB"},
    {"swap that overflows", "Total swap = 0kB", "Total swap = 99999999999999999999999kB"},
    {"an adj that overflows", "order=0, oom_score_adj=-1000\n", "order=0, oom_score_adj=-99999999999999999999\n"},
};

TEST_CASE("one damaged field costs itself and is reported", "[hostile]") {
  const std::string whole = file_bytes(input_of("host-swarm-kills-database"));
  for (const Damage& damage : kDamages) {
    INFO(damage.what);
    const Read read = read_text(with(whole, damage.from, damage.to));
    CHECK_FALSE(read.summary.diagnostics.empty());
    REQUIRE(read.events.size() == 1);
    const OomEvent& event = read.events[0];
    REQUIRE(event.victims.size() == 1);
    CHECK(event.victims[0].pid == 273);
    CHECK(event.victims[0].anon_rss == Kibibytes{213492});
    CHECK(event.tasks.size() >= 52);  // of 53 rows
    CHECK(event.trigger.comm == "oomlab-recorder");
  }
}

TEST_CASE("figures of the kill line that overflow are absent, and the kill is not", "[hostile]") {
  const std::string whole = file_bytes(input_of("host-swarm-kills-database"));
  const Read read = read_text(with(whole, "anon-rss:213492kB", "anon-rss:99999999999999999999999kB"));
  REQUIRE(read.events.size() == 1);
  REQUIRE(read.events[0].victims.size() == 1);
  CHECK(read.events[0].victims[0].pid == 273);
  CHECK_FALSE(read.events[0].victims[0].anon_rss.has_value());
  CHECK(read.events[0].victims[0].total_vm == Kibibytes{307608});
  CHECK_FALSE(read.summary.diagnostics.empty());
}

std::string random_bytes(std::uint32_t seed, std::size_t count) {
  std::mt19937 draw(seed);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(draw() & 0xff);
  return bytes;
}

TEST_CASE("binary junk before, between and behind the reports loses none of them", "[hostile]") {
  const std::string report = file_bytes(input_of("cgroup-unit-limit"));
  const std::string other = file_bytes(input_of("host-swap-full"));
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    INFO("seed " << seed);
    const auto junk = [&](std::uint32_t n) { return random_bytes(seed * 10 + n, 100'000) + "\n"; };
    const auto events = events_of_text(junk(1) + report + junk(2) + other + junk(3));
    REQUIRE(events.size() == 2);
    CHECK(events[0].victims.at(0).pid == 293);
    CHECK(events[1].victims.at(0).pid == 376);
  }
}

TEST_CASE("a log of junk alone has no event", "[hostile]") {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) CHECK(events_of_text(random_bytes(seed, 500'000)).empty());
}

// Each line that can stand for a kill alone, and the rest of the report.
std::size_t most_events(const std::string& text) {
  std::size_t count = 1;
  for (const char* word : {"invoked oom-killer", "Killed process", "already exiting"}) {
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  }
  return count;
}

TEST_CASE("any few bytes of a report may change without a crash or an event too many", "[hostile]") {
  for (const char* name : {"host-swap-full", "cgroup-oom-group", "era-3.10-el7-memcg", "era-2.6.18-el5"}) {
    const std::string whole = file_bytes(input_of(name));
    for (std::uint32_t seed = 1; seed <= 40; ++seed) {
      INFO(name << ", seed " << seed);
      std::mt19937 draw(seed);
      std::string text = whole;
      for (int changes = 0; changes < 20; ++changes) text[draw() % text.size()] = static_cast<char>(draw() & 0xff);
      // A changed word may split a report or hide its head; only the kernel's own lines of a kill can become events.
      const auto events = events_of_text(text);
      CHECK(events.size() <= most_events(whole));
      for (const OomEvent& event : events) CHECK_FALSE(incident_of(event).is_null());
    }
  }
}

TEST_CASE("NUL bytes and bytes that are not UTF-8 in a name reach the JSON as text and as bytes", "[hostile]") {
  std::string whole = file_bytes(input_of("cgroup-unit-limit"));
  const std::string name("rep\0rt\xff\xfe", 8);
  for (auto at = whole.find("report-worker"); at != std::string::npos; at = whole.find("report-worker", at + 1)) {
    if (whole.substr(at, 21) != "report-worker.service") whole.replace(at, 13, name);
  }
  const auto events = events_of_text(whole);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].victims.size() == 1);
  CHECK(events[0].victims[0].comm == name);
  const json victim = incident_of(events[0])["victims"][0];
  CHECK(victim["comm_bytes"] == "cmVwAHJ0//4=");  // printf 'rep\0rt\377\376' | base64
}

// --- the program as a process -------------------------------------------------------------------------------------

std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

ProgramRun explain_piped(const std::string& shell_input) {
  ProgramStart start{{"explain", "--all", "-o", "json", "-"}, ".", shell_input};
  return run_program(start);
}

std::vector<json> events_said(const ProgramRun& run) {
  const json document = json::parse(run.output, nullptr, false);
  return document.is_discarded() ? std::vector<json>{} : kernel_events(document);
}

constexpr long kModestKilobytes = 200 * 1024;

TEST_CASE("a line of one GiB costs no memory and hides no report", "[hostile][slow]") {
  const auto report = quoted(input_of("cgroup-unit-limit"));
  const ProgramRun run = explain_piped("head -c 1G /dev/zero | tr '\\0' a; echo; cat " + report);
  CHECK(run.exit_status == 0);
  CHECK(run.peak_kilobytes < kModestKilobytes);
  CHECK(events_said(run).size() == 1);
}

TEST_CASE("a GiB of lines without any OOM is read in bounded memory", "[hostile][slow]") {
  const ProgramRun run = explain_piped("yes '[    1.000000] usb 1-1: new high-speed USB device' | head -c 300M");
  CHECK(run.exit_status == 1);
  CHECK(run.peak_kilobytes < kModestKilobytes);
}

// 36 columns of a row, a million times; the machine would have had 4 TiB of processes.
constexpr const char* kMillionRows =
    R"(awk 'BEGIN { for (i = 1; i <= 1000000; i++) printf "[  103.714054] [%7d]     0 %5d     4363     2836    73728        0             0 worker\n", 10000 + i, 10000 + i }')";

TEST_CASE("a table of a million rows is bounded and its report is kept", "[hostile][slow]") {
  const auto report = quoted(input_of("host-swarm-kills-database"));
  const std::string split =
      "sed '/oom-kill:/,$d' " + report + "; " + kMillionRows + "; sed -n '/oom-kill:/,$p' " + report;
  const ProgramRun run = explain_piped(split);
  CHECK(run.exit_status == 0);
  CHECK(run.peak_kilobytes < 1024 * 1024);
  const auto events = events_said(run);
  REQUIRE(events.size() == 1);
  CHECK(events[0]["victims"][0]["pid"] == 273);
}

TEST_CASE("an unreadable file is one clear line, the others are read, and the exit status is 3", "[hostile]") {
  ProgramStart start{{"explain", "--all", "-o", "json", "-i", "/nonexistent/kern.log", "-i"}, ".", {}};
  start.arguments.push_back(input_of("cgroup-unit-limit").string());
  const ProgramRun run = run_program(start);
  CHECK(run.exit_status == 3);
  CHECK(run.errors.find("/nonexistent/kern.log") != std::string::npos);
  CHECK(events_said(run).size() == 1);
}

}  // namespace
}  // namespace oomwhy
