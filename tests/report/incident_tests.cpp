// Which events are one incident, and which two descriptions are one event.
#include "report/incident.hpp"

#include <catch2/catch.hpp>

#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'763'431'361 * kSecond;

// A kill of `comm` with this PID, `seconds` after the first by the wall clock.
OomEvent kill_at(std::int64_t seconds, std::uint32_t pid, const std::string& comm = "etl") {
  OomEvent event = with_own_anon(host_of_16_gib({row(pid, 0, 9 * kGiB, 4096, 0, 0, comm)}, pid));
  event.time.realtime_us = kStart + seconds * kSecond;
  event.origin.line = static_cast<std::uint64_t>(1000 + seconds);
  return event;
}

std::vector<Incident> clusters_of(const std::vector<OomEvent>& events) {
  std::vector<AnalysedEvent> analysed;
  analysed.reserve(events.size());
  for (const OomEvent& event : events) analysed.push_back({.event = event, .analysis = analyse(event)});
  return cluster(std::move(analysed));
}

std::vector<std::size_t> sizes_of(const std::vector<OomEvent>& events) {
  std::vector<std::size_t> sizes;
  for (const Incident& incident : clusters_of(events)) sizes.push_back(incident.events.size());
  return sizes;
}

using Sizes = std::vector<std::size_t>;

}  // namespace

TEST_CASE("kills within ten minutes are one incident, later ones another") {
  CHECK(sizes_of({kill_at(0, 1), kill_at(600, 2)}) == Sizes{2});
  CHECK(sizes_of({kill_at(0, 1), kill_at(601, 2)}) == Sizes{1, 1});
  CHECK(sizes_of({kill_at(0, 1), kill_at(500, 2), kill_at(1000, 3)}) == Sizes{3});
}

TEST_CASE("a loop of the same victim may be slower, once three kills show it") {
  CHECK(sizes_of({kill_at(0, 1), kill_at(300, 2), kill_at(600, 3), kill_at(2400, 4)}) == Sizes{4});
  CHECK(sizes_of({kill_at(0, 1), kill_at(300, 2), kill_at(600, 3), kill_at(2401, 4)}) == Sizes{3, 1});
  CHECK(sizes_of({kill_at(0, 1), kill_at(600, 2), kill_at(2400, 3)}) == Sizes{2, 1});
  CHECK(sizes_of({kill_at(0, 1), kill_at(300, 2), kill_at(600, 3), kill_at(2400, 4, "web")}) == Sizes{3, 1});
}

TEST_CASE("two hosts and two boots have incidents of their own, however close") {
  OomEvent here = kill_at(0, 1), there = kill_at(1, 2);
  here.host = "db-07";
  there.host = "db-08";
  CHECK(sizes_of({here, there}) == Sizes{1, 1});
  there.host = "db-07";
  CHECK(sizes_of({here, there}) == Sizes{2});
  there.boot_index = 1;  // of the same log
  CHECK(sizes_of({here, there}) == Sizes{1, 1});
}

TEST_CASE("what was named first does not matter, the time does") {
  const std::vector<Incident> incidents = clusters_of({kill_at(60, 2), kill_at(0, 1), kill_at(5000, 3)});
  REQUIRE(incidents.size() == 2);
  CHECK(incidents[0].events.front().event.victims.front().pid == 1);
  CHECK(incidents[0].id == incidents[0].event_ids.front());
  CHECK(incidents[0].started->realtime_us == kStart);
  CHECK(incidents[0].events_total == 2);
  CHECK(incidents[0].victims.size() == 2);
}

TEST_CASE("one kill told by two logs is one event, and what only one of them knows is kept") {
  OomEvent in_journal = kill_at(0, 1), in_dmesg = kill_at(0, 1);
  in_dmesg.time = Time{};
  in_dmesg.time.uptime_us = 77 * kSecond;
  in_dmesg.origin.source = "dmesg.txt";
  in_journal.completeness.grade = Grade::C;
  in_journal.host = "db-07";
  const std::vector<Incident> incidents = clusters_of({in_journal, in_dmesg});
  REQUIRE(incidents.size() == 1);
  REQUIRE(incidents[0].events.size() == 1);
  const OomEvent& kept = incidents[0].events[0].event;
  CHECK(kept.completeness.grade == Grade::A);  // dmesg's
  CHECK(kept.time.realtime_us == kStart);      // the journal's
  CHECK(kept.time.uptime_us == 77 * kSecond);
  CHECK(kept.host == "db-07");
}

TEST_CASE("two kills that look alike are two where their times or boots differ") {
  OomEvent first = kill_at(0, 1), again = kill_at(601, 1);
  CHECK(clusters_of({first, again}).size() == 2);
  first.boot_id = "a";
  again = kill_at(0, 1);
  again.boot_id = "b";
  CHECK(sizes_of({first, again}) == Sizes{1, 1});
}

TEST_CASE("an incident with a host out of memory is the host's, whatever cgroups hit besides") {
  OomEvent in_cgroup = cgroup_case({row(5, 0, 400 * kMiB, 4096, 0, 0, "app")}, 5, 400 << 10,
                                   "/system.slice/app.service", "/system.slice/app.service");
  in_cgroup.time.realtime_us = kStart;
  const std::vector<Incident> incidents = clusters_of({in_cgroup, kill_at(10, 1)});
  REQUIRE(incidents.size() == 1);
  CHECK(incidents[0].scope == Scope::Host);
  CHECK(incidents[0].victims.front().unit == "app.service");
  CHECK(incidents[0].victims.front().unit_certainty == Certainty::Stated);
}

TEST_CASE("each of many boots of one host has its incident, in time that grows as they do") {
  std::vector<AnalysedEvent> kills;
  for (std::uint32_t boot = 0; boot < 10'000; ++boot) {
    AnalysedEvent kill;
    kill.event.host = "a-host-whose-name-is-as-long-as-those-of-fleets.example.org";
    kill.event.origin.source = "kern.log";
    kill.event.origin.line = 100 * boot + 1;
    kill.event.boot_index = boot;
    kill.event.time.uptime_us = 90 * kSecond;
    kill.analysis.id = std::to_string(boot);
    kills.push_back(std::move(kill));
  }
  CHECK(cluster(std::move(kills)).size() == 10'000);
}
