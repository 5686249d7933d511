#include "report/userland_incidents.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "report/moment.hpp"
#include "report/other_kills.hpp"
#include "report/unit_fate.hpp"
#include "report/userland_verdict.hpp"

using namespace oomwhy;

namespace {

void join(std::vector<Incident>& incidents, const std::vector<UserlandEvent>& events) {
  join_userland(incidents, UserlandWords(events));
}

std::vector<OtherKill> other_kills(const std::vector<Incident>& incidents, const std::vector<UserlandEvent>& events) {
  return find_other_kills(incidents, UserlandWords(events));
}

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kKill = 1'763'431'361 * kSecond;  // 2025-11-18T02:02:41Z

Time at(std::int64_t seconds_after_kill) {
  Time time;
  time.realtime_us = kKill + seconds_after_kill * kSecond;
  return time;
}

UserlandEvent word(std::int64_t seconds_after_kill, UserlandFact fact, std::string text = "a line") {
  UserlandEvent event;
  event.fact = std::move(fact);
  event.time = at(seconds_after_kill);
  event.host = "db-07";
  event.text = std::move(text);
  return event;
}

UserlandEvent unit_word(std::int64_t seconds_after_kill, UnitWord said, std::string unit = "mariadb.service") {
  return word(seconds_after_kill, UnitMessage{.word = said, .unit = std::move(unit)});
}

UserlandEvent failed(std::int64_t seconds_after_kill, std::string result, std::string unit = "mariadb.service") {
  return word(seconds_after_kill,
              UnitMessage{.word = UnitWord::Failed, .unit = std::move(unit), .result = std::move(result)});
}

UserlandEvent killed_by_signal(std::int64_t seconds_after_kill, std::string unit) {
  return word(
      seconds_after_kill,
      UnitMessage{
          .word = UnitWord::ProcessExited, .unit = std::move(unit), .exit_code = "killed", .exit_status = "9/KILL"});
}

// A kernel kill of mariadbd in mariadb.service.
Incident kernel_incident() {
  Incident incident;
  incident.id = "00";
  incident.started = at(0);
  incident.ended = at(0);
  incident.host = "db-07";
  incident.killers = {"kernel"};
  IncidentVictim victim;
  victim.victim.pid = 812;
  victim.unit = "mariadb.service";
  incident.victims.push_back(victim);
  incident.timeline.push_back({at(0), "kernel", "killed mariadbd"});
  return incident;
}

}  // namespace

TEST_CASE("a kill by systemd-oomd is an incident of its own and the kernel is not blamed") {
  std::vector<Incident> incidents;
  join(incidents, {word(0, UserspaceKill{.killer = "systemd-oomd",
                                         .cgroup = "/batch.slice/ml-train.service",
                                         .monitored = "/batch.slice"}),
                   word(1, UnitMessage{.word = UnitWord::OomdKilled, .unit = "ml-train.service", .count = 1}),
                   failed(1, "oom-kill", "ml-train.service")});
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].killers == std::vector<std::string>{"systemd-oomd"});
  REQUIRE(incidents[0].victims.size() == 1);
  CHECK(incidents[0].victims[0].unit == "ml-train.service");
  CHECK(incidents[0].scope == Scope::Cgroup);
  CHECK(incidents[0].timeline.size() == 3);
}

TEST_CASE("the same unit taken twice by systemd-oomd is one victim") {
  std::vector<Incident> incidents;
  const UserspaceKill kill{.killer = "systemd-oomd", .cgroup = "/system.slice/etl-job.service"};
  join(incidents, {word(0, kill), word(0, kill)});
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].victims.size() == 1);
}

TEST_CASE("a unit's words join the kernel's kill and tell its fate") {
  std::vector<Incident> incidents{kernel_incident()};
  join(incidents, {unit_word(1, UnitWord::OomKilled), killed_by_signal(2, "mariadb.service"), failed(2, "oom-kill"),
                   unit_word(680, UnitWord::Started), unit_word(3, UnitWord::OomKilled, "system.slice"),
                   failed(5, "exit-code", "unrelated.service")});
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].killers == std::vector<std::string>{"kernel"});
  CHECK(incidents[0].userland.size() == 4);
  const UnitFate fate = trace_unit(incidents[0], "mariadb.service");
  CHECK(fate.result == "oom-kill");
  REQUIRE(fate.failed);
  CHECK(fate.failed->realtime_us == kKill + 2 * kSecond);
  REQUIRE(fate.started);
  CHECK(fate.started->realtime_us == kKill + 680 * kSecond);
  CHECK_FALSE(fate.other_processes_stopped);
}

TEST_CASE("a unit that systemd stopped after the kill of one worker has no exit of its main process") {
  std::vector<Incident> incidents{kernel_incident()};
  join(incidents, {unit_word(1, UnitWord::OomKilled), failed(2, "oom-kill")});
  CHECK(trace_unit(incidents[0], "mariadb.service").other_processes_stopped);
}

TEST_CASE("of a long crash loop the first words are kept and the last, which say how it ended") {
  std::vector<Incident> incidents{kernel_incident()};
  std::vector<UserlandEvent> words;
  for (std::int64_t run = 0; run < 2000; ++run) {
    words.push_back(unit_word(run * 10 + 1, UnitWord::OomKilled));
    words.push_back(failed(run * 10 + 2, "oom-kill"));
    words.push_back(word(run * 10 + 3, UnitMessage{.word = UnitWord::RestartScheduled,
                                                   .unit = "mariadb.service",
                                                   .count = static_cast<std::uint64_t>(run + 1)}));
    words.push_back(unit_word(run * 10 + 4, UnitWord::Started));
  }
  words.push_back(unit_word(20'000, UnitWord::StartLimitHit));
  join(incidents, words);
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].userland.size() <= 512);
  const UnitFate fate = trace_unit(incidents[0], "mariadb.service");
  CHECK(fate.failed == at(2));
  CHECK(fate.started == at(4));
  CHECK(fate.restart_counter == 2000U);
  CHECK(fate.start_limit_hit);
}

TEST_CASE("earlier peaks of a unit are its usual size") {
  std::vector<Incident> incidents{kernel_incident()};
  const auto peak = [](std::int64_t when, std::uint64_t bytes) {
    return word(when, UnitMessage{.word = UnitWord::Consumed, .unit = "mariadb.service", .memory_peak = Bytes{bytes}});
  };
  join(incidents, {peak(-86400, 2000), peak(-3600, 2600), failed(2, "oom-kill"), peak(3, 6900)});
  const UnitFate fate = trace_unit(incidents[0], "mariadb.service");
  CHECK(fate.earlier_peaks == std::vector<Bytes>{Bytes{2000}, Bytes{2600}});
  CHECK(fate.memory_peak == Bytes{6900});
}

TEST_CASE("peaks of earlier boots count as earlier runs of the same host's unit, and the words of these boots do not") {
  std::vector<Incident> incidents{kernel_incident()};
  incidents[0].boot_id = "b";
  incidents[0].events.resize(1);
  incidents[0].events[0].event.tasks.resize(1);
  incidents[0].events[0].event.tasks[0].unit = "mariadb.service";
  const auto peak = [](std::int64_t when, std::uint64_t bytes, std::string boot, std::string host) {
    UserlandEvent event =
        word(when, UnitMessage{.word = UnitWord::Consumed, .unit = "mariadb.service", .memory_peak = Bytes{bytes}});
    event.boot_id = std::move(boot);
    event.host = std::move(host);
    return event;
  };
  UserlandEvent earlier_end = failed(-86'000, "oom-kill");
  earlier_end.boot_id = "a";
  UserlandEvent end = failed(2, "oom-kill");
  end.boot_id = "b";
  const std::vector<UserlandEvent> words{
      peak(-90'000, 9999, "x", "db-08"), peak(-86'400, 2000, "a", "db-07"), earlier_end,
      peak(-3600, 2600, "b", "db-07"),   peak(-120, 5000, "c", "db-07"),    end,
      peak(3, 6900, "b", "db-07"),       peak(60, 800, "d", "db-07")};
  const History history = with_earlier_runs({}, incidents[0], UserlandWords(words));
  REQUIRE(history.runs.count("mariadb.service") == 1);
  CHECK(history.runs.at("mariadb.service").count == 3);
  CHECK(history.runs.at("mariadb.service").highest == Bytes{5000});
  join(incidents, words);
  REQUIRE(incidents.size() == 2);  // the other boot's kill is its own
  const UnitFate fate = trace_unit(incidents[1], "mariadb.service");
  CHECK(fate.earlier_peaks == std::vector<Bytes>{Bytes{2000}, Bytes{2600}, Bytes{5000}});
  CHECK(fate.memory_peak == Bytes{6900});
  CHECK(fate.failed == at(2));
  // A boot's unit on a host without a name is known by the boot alone.
  Incident nameless = kernel_incident();
  nameless.host.clear();
  nameless.boot_id = "b";
  nameless.events = incidents[1].events;
  CHECK(with_earlier_runs({}, nameless, UserlandWords(words)).runs.at("mariadb.service").count == 1);
}

TEST_CASE("a unit that systemd stopped and that had grown beyond its usual peak is told so in sentences") {
  std::vector<Incident> incidents{kernel_incident()};
  const auto peak = [](std::int64_t when, std::uint64_t mebibytes) {
    return word(
        when,
        UnitMessage{.word = UnitWord::Consumed, .unit = "mariadb.service", .memory_peak = Bytes{mebibytes << 20U}});
  };
  join(incidents, {peak(-86400, 2100), peak(-3600, 2600), unit_word(1, UnitWord::OomKilled), failed(2, "oom-kill"),
                   peak(3, 7020), unit_word(680, UnitWord::Started)});
  const auto sentences = fate_sentences(incidents[0]);
  REQUIRE(sentences.size() == 2);
  CHECK(sentences[0].find("678 s later; this log shows no restart that systemd scheduled; no exit of its main process "
                          "is in the log: systemd stopped the rest (OOMPolicy=stop).") != std::string::npos);
  // 7020 / 2600 = 2.7; 2600 MiB are 2.5 GiB, 7020 are 6.9.
  CHECK(sentences[1] == "mariadb.service peaked at 6.9 GiB, 2.7 times the highest of its 2 earlier runs (2.5 GiB).");
}

TEST_CASE("back or not, and why: by its own Restart=, stopped on request, at the start limit, or not told") {
  const UserlandEvent scheduled =
      word(3, UnitMessage{.word = UnitWord::RestartScheduled, .unit = "mariadb.service", .count = 1});
  const auto stopped = [](const char* job) {
    return word(4, UnitMessage{.word = UnitWord::Stopped, .unit = "mariadb.service", .job_type = job});
  };
  struct Row {
    std::vector<UserlandEvent> words;
    std::string said;
  };
  for (const Row& row :
       {Row{{}, "; no start of it follows in this log, which lacks its Restart=."},
        Row{{scheduled, stopped("restart"), unit_word(5, UnitWord::Started)}, "3 s later, by its Restart=; restart"},
        Row{{unit_word(5, UnitWord::Started)}, "3 s later; this log shows no restart that systemd scheduled."},
        Row{{scheduled},
            "; a restart was scheduled at 2025-11-18T02:02:44Z, no start of it follows in this log; restart"},
        Row{{scheduled, stopped("stop")},
            "; it was stopped on request at 2025-11-18T02:02:45Z, which ends its Restart="},
        Row{{scheduled, unit_word(5, UnitWord::StartLimitHit)},
            "; the start limit was hit and nothing starts it again"}}) {
    CAPTURE(row.said);
    std::vector<Incident> incidents{kernel_incident()};
    std::vector<UserlandEvent> words{killed_by_signal(1, "mariadb.service"), failed(2, "oom-kill")};
    words.insert(words.end(), row.words.begin(), row.words.end());
    join(incidents, words);
    const auto sentences = fate_sentences(incidents[0]);
    REQUIRE(sentences.size() == 1);
    INFO(sentences[0]);
    CHECK(sentences[0].starts_with("mariadb.service failed at 2025-11-18T02:02:43Z (result oom-kill)"));
    CHECK(sentences[0].find(row.said) != std::string::npos);
  }
  // What a unit did before it failed, and after it was back, is no answer.
  std::vector<Incident> incidents{kernel_incident()};
  join(incidents, {failed(2, "oom-kill"), unit_word(3, UnitWord::Started), scheduled, stopped("stop")});
  const UnitFate fate = trace_unit(incidents[0], "mariadb.service");
  CHECK_FALSE(fate.restart_scheduled);
  CHECK_FALSE(fate.stop_asked);
}

TEST_CASE("without earlier runs nothing is said of a usual peak") {
  std::vector<Incident> incidents{kernel_incident()};
  join(incidents,
       {failed(2, "oom-kill"),
        word(3, UnitMessage{.word = UnitWord::Consumed, .unit = "mariadb.service", .memory_peak = Bytes{1U << 30U}})});
  CHECK(fate_sentences(incidents[0]).size() == 1);
}

TEST_CASE("another host or boot, or eleven minutes, is another incident") {
  for (int kind = 0; kind < 3; ++kind) {
    CAPTURE(kind);
    std::vector<Incident> incidents{kernel_incident()};
    incidents[0].boot_id = "a";
    UserlandEvent event = failed(kind == 2 ? 660 : 5, "oom-kill");
    if (kind == 0) event.host = "db-08";
    if (kind == 1) event.boot_id = "b";
    join(incidents, {event});
    CHECK(incidents.size() == 2);
  }
}

TEST_CASE("a dry run and an echo without a kill are no incident") {
  std::vector<Incident> incidents;
  join(incidents, {word(0, UserspaceKill{.killer = "oomd", .cgroup = "/a", .dry_run = true}),
                   word(0, AllocationRefused{"myapp"}), word(0, MemoryTrend{50.0, std::nullopt}),
                   unit_word(0, UnitWord::OomKilled, "system.slice"), failed(0, "timeout")});
  CHECK(incidents.empty());
}

TEST_CASE("a SIGKILL that was no OOM kill names its sender where a line tells") {
  struct Row {
    UnitWord word;
    std::string sender;
  };
  for (const Row& row : {Row{UnitWord::StopTimeout, "stop timeout"}, Row{UnitWord::SignalOnRequest, "client request"},
                         Row{UnitWord::WatchdogTimeout, "watchdog"}}) {
    CAPTURE(row.sender);
    const std::vector<UserlandEvent> events{unit_word(-1, row.word, "api.service"), killed_by_signal(0, "api.service")};
    const auto kills = other_kills({}, events);
    REQUIRE(kills.size() == 1);
    CHECK(kills[0].unit == "api.service");
    CHECK(kills[0].sender == row.sender);
  }
}

TEST_CASE("without a line that tells, the sender is unknown; another unit's line does not count") {
  const auto kills =
      other_kills({}, {unit_word(-1, UnitWord::StopTimeout, "other.service"), killed_by_signal(0, "api.service")});
  REQUIRE(kills.size() == 1);
  CHECK(kills[0].sender.empty());
}

TEST_CASE("a SIGKILL that an incident explains is not another kill") {
  CHECK(other_kills({kernel_incident()}, {killed_by_signal(2, "mariadb.service")}).empty());
  CHECK(other_kills({kernel_incident()}, {killed_by_signal(2, "api.service")}).size() == 1);
}

// Times in every order of three clocks: whatever the order that they come in, those of one clock are in order after it.
TEST_CASE("times of different clocks are sorted without being compared") {
  std::vector<Time> times(6);
  times[0].realtime_us = 5;
  times[0].uptime_us = 900;
  times[1].uptime_us = 7;
  times[2].realtime_us = 3;
  times[3].wall_us = 4;
  times[4].uptime_us = 6;
  times[5] = {};
  std::vector<std::size_t> order = {0, 1, 2, 3, 4, 5};
  do {
    std::vector<std::size_t> sorted = order;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](std::size_t a, std::size_t b) { return place_of(times[a]) < place_of(times[b]); });
    CHECK(sorted == std::vector<std::size_t>{2, 0, 3, 4, 1, 5});
  } while (std::next_permutation(order.begin(), order.end()));
}
