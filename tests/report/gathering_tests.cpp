// Judged the same while only some tables fit.
#include "report/gathering.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "parser/reader.hpp"
#include "report/folding.hpp"
#include "report/idle_words.hpp"
#include "report/metrics.hpp"
#include "tests/report/case_inputs.hpp"
#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 24 * 3600 * kSecond;
constexpr std::int64_t kStart = 1'763'431'361 * kSecond;  // 2025-11-18T02:02:41Z

struct Read {
  std::vector<OomEvent> events;
  std::vector<UserlandEvent> words;
};

Read read_case(const std::filesystem::path& folder) {
  Read read;
  ReadOptions options;
  options.userland = [&](UserlandEvent word) { read.words.push_back(std::move(word)); };
  read_file(fullest_input(folder).string(), options, [&](OomEvent event) { read.events.push_back(std::move(event)); });
  return read;
}

Document judge_within(const Read& read, GatheringLimits limits) {
  Gathering gathering({}, std::move(limits));
  for (const OomEvent& event : read.events) gathering.take(event);
  for (const UserlandEvent& word : read.words) gathering.take(word);
  return gathering.finish({});
}

// `count` kills a minute apart: a leak in api.service, each time as a new process beside the same others, and from the
// middle on another unit's.
Read crash_loop(std::size_t count) {
  Read read;
  for (std::size_t i = 0; i < count; ++i) {
    const bool late = i >= count / 2;
    const auto pid = static_cast<std::uint32_t>(1000 + i);
    std::vector<Task> tasks = {row(7, 0, kGiB, 4096, 0, 0, "sshd"),
                               row(pid, 33, (late ? 12 : 13) * kGiB + i, 4096, 0, 0, late ? "worker" : "api")};
    for (std::uint32_t other = 0; other < 30; ++other) tasks.push_back(row(100 + other, 0, 256, 4096, 0, 0, "sh"));
    OomEvent event = host_of_16_gib(std::move(tasks), pid);
    event.victims.front().comm = late ? "worker" : "api";
    event.victims.front().anon_rss = Kibibytes{(late ? 12 : 13) * kGiB * 4};
    event.victims.front().cgroup = late ? "/system.slice/worker.service" : "/system.slice/api.service";
    event.origin.line = 10 + i * 100;
    event.time.uptime_us = static_cast<std::int64_t>(i) * 60 * kSecond;
    event.time.realtime_us = kStart + *event.time.uptime_us;
    read.events.push_back(std::move(event));
  }
  return read;
}

std::size_t whole_events(const Incident& incident) {
  return static_cast<std::size_t>(std::count_if(incident.events.begin(), incident.events.end(),
                                                [](const AnalysedEvent& event) { return !event.omitted; }));
}

std::vector<std::string> texts(const std::vector<Evidence>& evidence) {
  std::vector<std::string> all;
  for (const Evidence& one : evidence) {
    // Growth is read from two tables.
    if (one.rule != "G1") all.push_back(one.rule + " " + one.text);
  }
  return all;
}

std::vector<std::string> settings(const Incident& incident) {
  std::vector<std::string> all;
  for (const Advice& advice : incident.advice) all.push_back(advice.target + " " + advice.setting + "=" + advice.value);
  return all;
}

void same_judgement(const Incident& a, const Incident& b) {
  CHECK(a.id == b.id);
  CHECK(a.victims_total == b.victims_total);
  CHECK(a.events_total == b.events_total);
  CHECK(a.scope == b.scope);
  CHECK(a.cause.kind == b.cause.kind);
  CHECK(a.cause.name == b.cause.name);
  CHECK(a.cause.unit == b.cause.unit);
  CHECK(a.cause.confidence == b.cause.confidence);
  CHECK(texts(a.cause.evidence) == texts(b.cause.evidence));
  CHECK(a.victim_is_cause == b.victim_is_cause);
  CHECK(a.loop_of == b.loop_of);
  CHECK(a.summary == b.summary);
  CHECK(settings(a) == settings(b));
}

void same_story(const Incident& a, const Incident& b) {
  same_judgement(a, b);
  CHECK(a.event_ids == b.event_ids);
  CHECK(a.telling_event == b.telling_event);
  REQUIRE(a.victims.size() == b.victims.size());
  for (std::size_t i = 0; i < a.victims.size(); ++i) {
    CHECK(a.victims[i].victim == b.victims[i].victim);
    CHECK(a.victims[i].unit == b.victims[i].unit);
    CHECK(a.victims[i].is_cause == b.victims[i].is_cause);
  }
}

UserlandEvent unit_word(std::int64_t at_us, UnitWord said, const std::string& unit) {
  UserlandEvent word;
  word.fact = UnitMessage{.word = said, .unit = unit};
  word.time.realtime_us = at_us;
  word.text = unit;
  return word;
}

}  // namespace

TEST_CASE("a crash loop is told the same where most of its tables do not fit") {
  const Read loop = crash_loop(400);
  const Document whole = judge_within(loop, {.bytes = UINT64_MAX});
  const Document bounded = judge_within(loop, {.bytes = 200'000});
  REQUIRE(whole.incidents.size() == 1);
  REQUIRE(bounded.incidents.size() == 1);
  CHECK(whole.incidents[0].loop);
  CHECK(whole_events(whole.incidents[0]) == 400);
  CHECK(whole_events(bounded.incidents[0]) < 200);
  same_story(bounded.incidents[0], whole.incidents[0]);
}

TEST_CASE("the report that the cause was read from, the first and the last stay whole") {
  const Document bounded = judge_within(crash_loop(400), {.bytes = 200'000});
  const Incident& incident = bounded.incidents.at(0);
  CHECK_FALSE(incident.events.front().omitted);
  CHECK_FALSE(incident.events.back().omitted);
  CHECK_FALSE(incident.events.at(incident.telling_event).omitted);
}

TEST_CASE("old incidents keep their verdict and their advice when their tables are left out") {
  Read all;
  std::int64_t start = 0;
  for (const std::filesystem::path& folder : case_folders()) {
    Read one = read_case(folder);
    for (OomEvent& event : one.events) {
      // Each case on a day of its own.
      event.time.realtime_us = kStart + start + event.time.uptime_us.value_or(0) % kDay;
      event.host = folder.filename().string();
      all.events.push_back(std::move(event));
    }
    start += 2 * kDay;
  }
  const Document whole = judge_within(all, {.bytes = UINT64_MAX});
  const Document bounded = judge_within(all, {.bytes = 400'000});
  REQUIRE(whole.incidents.size() > 40);
  REQUIRE(bounded.incidents.size() == whole.incidents.size());
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < whole.incidents.size(); ++i) {
    INFO(whole.incidents[i].host);
    same_story(bounded.incidents[i], whole.incidents[i]);
    left_out += whole_events(bounded.incidents[i]) == 0 ? 1 : 0;
  }
  CHECK(left_out > 20);
}

TEST_CASE("an incident that was asked for by its id keeps its tables") {
  Read days = crash_loop(100);
  for (std::size_t i = 0; i < days.events.size(); ++i) {
    days.events[i].time.uptime_us = static_cast<std::int64_t>(i) * kDay;
    days.events[i].time.realtime_us = kStart + *days.events[i].time.uptime_us;
  }
  const std::string id = judge_within(days, {.bytes = UINT64_MAX}).incidents.at(3).id;
  const Document bounded = judge_within(days, {.bytes = 60'000, .wanted = {id.substr(0, 8)}});
  REQUIRE(bounded.incidents.size() == 100);
  CHECK(whole_events(bounded.incidents[2]) == 0);
  CHECK(whole_events(bounded.incidents[3]) == 1);
  CHECK(whole_events(bounded.incidents[4]) == 0);
}

TEST_CASE("of a storm most reports are only counted, and it is told the same") {
  const Read loop = crash_loop(3'000);
  const Document each = judge_within(loop, {.bytes = UINT64_MAX, .at_ends = 10'000});
  const Document counted = judge_within(loop, {.bytes = 200'000, .at_ends = 16});
  REQUIRE(each.incidents.size() == 1);
  REQUIRE(counted.incidents.size() == 1);
  const Incident& all = each.incidents[0];
  const Incident& few = counted.incidents[0];
  CHECK(all.events.size() == 3'000);
  CHECK(few.events.size() < 64);
  CHECK(few.events_total == 3'000);
  CHECK(few.victims_total == 3'000);
  CHECK(few.event_ids.size() == few.events.size());
  same_judgement(few, all);
  CHECK(report_number(few, few.telling_event) == all.telling_event + 1);
  CHECK(report_number(few, few.events.size() - 1) == 3'000);
  for (const std::size_t i : {0U, 20U, 1'499U, 1'500U, 2'000U, 2'999U}) {
    INFO(i);
    CHECK(answers_to(few, all.event_ids[i].substr(0, 8)));
  }
  CHECK_FALSE(answers_to(few, "0123456789abcdef"));
}

TEST_CASE("the counters of a storm count every kill") {
  const Read loop = crash_loop(1'000);
  ScanTotals each, counted;
  add(each, judge_within(loop, {.at_ends = 10'000}).incidents.at(0));
  add(counted, judge_within(loop, {.at_ends = 8}).incidents.at(0));
  CHECK(counted.victim_kills.at("api.service") == 500);
  CHECK(counted.victim_kills.at("worker.service") == 500);
  CHECK(counted.victim_kills == each.victim_kills);
  CHECK(counted.incidents == each.incidents);
}

TEST_CASE("a storm that two logs tell of is counted once") {
  Read both = crash_loop(500);
  std::vector<OomEvent> copies = both.events;
  for (OomEvent& event : both.events) event.origin.source = "journal";
  for (OomEvent& event : copies) event.origin.source = "syslog";
  both.events.insert(both.events.end(), copies.begin(), copies.end());
  const Document document = judge_within(both, {.at_ends = 8});
  REQUIRE(document.incidents.size() == 1);
  CHECK(document.incidents[0].events_total == 500);
  CHECK(document.incidents[0].victims_total == 500);
}

TEST_CASE("a kill that another log has alone joins the storm in whose middle it fell") {
  Read both = crash_loop(500);
  for (OomEvent& event : both.events) event.origin.source = "journal";
  OomEvent alone = both.events[250];
  alone.origin.source = "syslog";
  alone.victims.front().pid = 9;
  alone.tasks.back().pid = 9;
  *alone.time.realtime_us += kSecond;
  both.events.push_back(std::move(alone));
  const Document document = judge_within(both, {.at_ends = 8});
  REQUIRE(document.incidents.size() == 1);
  CHECK(document.incidents[0].events_total == 501);
}

TEST_CASE("very many different names are counted without each being remembered") {
  Read storm = crash_loop(20'000);
  for (std::size_t i = 0; i < storm.events.size(); ++i) {
    OomEvent& event = storm.events[i];
    event.tasks.clear();
    event.has_task_table = false;
    event.victims.front().comm = "n" + std::to_string(i);
    event.victims.front().cgroup.reset();
  }
  const Document document = judge_within(storm, {.at_ends = 8});
  REQUIRE(document.incidents.size() == 1);
  const Incident& incident = document.incidents[0];
  CHECK(incident.events_total == 20'000);
  CHECK(incident.victims_total == 20'000);
  std::size_t kinds = 0;
  for_each_folded(incident, [&](const FoldedReports& folded) {
    kinds += folded.victims.size();
    CHECK(folded.hits.size() < 10'000);
    CHECK(folded.causes.size() < 10'000);
  });
  CHECK(kinds < 10'000);
  REQUIRE(incident.summary.size() > 2);
  CHECK(incident.summary[2].starts_with("The kernel killed 20000 processes, the first of them n0 "));
}

TEST_CASE("a process is killed twice where it is hit again soon, not where its PID comes round") {
  // As the kernel prints it of one that cannot die: the same PID, and it has grown meanwhile.
  const auto hit_again = [](Read& read, std::size_t before, std::size_t again) {
    Victim& victim = read.events[again].victims.front();
    victim.pid = read.events[before].victims.front().pid;
    victim.anon_rss = Kibibytes{victim.anon_rss->count + 4};
  };
  Read twice = crash_loop(4);
  hit_again(twice, 0, 1);
  const auto says_twice = [](const Document& document) {
    const auto& evidence = document.incidents.at(0).cause.evidence;
    return std::any_of(evidence.begin(), evidence.end(), [](const Evidence& one) { return one.rule == "K3"; });
  };
  CHECK(says_twice(judge_within(twice, {})));
  Read round = crash_loop(1'000);
  hit_again(round, 600, 999);
  CHECK_FALSE(says_twice(judge_within(round, {.at_ends = 8})));
  CHECK_FALSE(says_twice(judge_within(round, {.at_ends = 10'000})));
  Read early = crash_loop(1'000);
  hit_again(early, 100, 101);
  CHECK(says_twice(judge_within(early, {.at_ends = 10'000})));
  CHECK(says_twice(judge_within(early, {.at_ends = 8})));
}

TEST_CASE("words of units that were never killed do not pile up, and what tells of a kill stays") {
  std::vector<UserlandEvent> words;
  for (std::int64_t i = 0; i < 20'000; ++i) {
    words.push_back(unit_word(kStart + i * 600 * kSecond, UnitWord::Deactivated, "sysstat-collect.service"));
    if (i != 5'000) continue;
    words.push_back(unit_word(kStart + i * 600 * kSecond, UnitWord::OomKilled, "api.service"));
    words.push_back(unit_word(kStart + (i * 600 + 2) * kSecond, UnitWord::RestartScheduled, "api.service"));
    words.push_back(unit_word(kStart + (i * 600 + 3) * kSecond, UnitWord::Started, "api.service"));
  }
  words.push_back(unit_word(kStart + 20'000 * 600 * kSecond, UnitWord::Started, "ssh.service"));
  drop_idle_words(words, {});
  std::vector<std::string> said;
  for (const UserlandEvent& word : words) said.push_back(word.text);
  CHECK(std::count(said.begin(), said.end(), "api.service") == 3);
  CHECK(std::count(said.begin(), said.end(), "ssh.service") == 1);
  CHECK(words.size() < 10);
}

TEST_CASE("of the sizes of a unit's runs the latest stay, and the largest") {
  std::vector<UserlandEvent> words;
  for (std::int64_t i = 0; i < 1'000; ++i) {
    UserlandEvent word = unit_word(kStart + i * kDay, UnitWord::Consumed, "backup.service");
    std::get<UnitMessage>(word.fact).memory_peak = Bytes{i == 17 ? 9'000'000U : 1'000U + static_cast<unsigned>(i)};
    words.push_back(std::move(word));
  }
  drop_idle_words(words, {});
  REQUIRE(words.size() < 100);
  CHECK(std::get<UnitMessage>(words.front().fact).memory_peak == Bytes{9'000'000});
  CHECK(std::get<UnitMessage>(words.back().fact).memory_peak == Bytes{1'999});
}
