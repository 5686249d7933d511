#include "cli/selection.hpp"

#include <catch2/catch.hpp>

#include "cli/match.hpp"

using namespace oomwhy;

namespace {

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t kEpoch = 1763431361'000'000;

using Indices = std::vector<std::size_t>;

struct Sketch {
  std::string id;
  std::string comm;
  std::uint32_t pid = 0;
  std::string cgroup;
  Scope scope = Scope::Host;
  std::int64_t hours = 0;  // after kEpoch
  std::uint32_t boot = 0;
};

Incident incident(const Sketch& sketch) {
  Incident result;
  result.id = sketch.id;
  result.event_ids = {sketch.id};
  result.scope = sketch.scope;
  result.killers = {"kernel"};
  result.started = Time{.realtime_us = kEpoch + sketch.hours * kHour};
  IncidentVictim victim;
  victim.victim.pid = sketch.pid;
  victim.victim.comm = sketch.comm;
  if (!sketch.cgroup.empty()) victim.victim.cgroup = sketch.cgroup;
  result.victims.push_back(victim);
  AnalysedEvent event;
  event.event.origin.source = "kern.log";
  event.event.boot_index = sketch.boot;
  result.events.push_back(event);
  return result;
}

// Three boots; in the last one nothing was killed.
Document document() {
  Document result;
  InputSummary input;
  input.source = "kern.log";
  input.boots = 4;
  result.inputs.push_back(input);
  for (const Sketch& sketch : {
           Sketch{"7c3e91b2a0d45f17", "mariadbd", 812, "/system.slice/mariadb.service", Scope::Host, 0, 0},
           Sketch{"7c3fffffa0d45f17", "php", 4711, "/system.slice/report-gen.service", Scope::Cgroup, 10, 1},
           Sketch{"cafe91b2a0d45f17", "systemd-journal", 301, "/user.slice/user-1000.slice/session-2.scope",
                  Scope::Cgroup, 30, 2},
       }) {
    result.incidents.push_back(incident(sketch));
  }
  result.incidents[1].cause.kind = CauseKind::Processes;
  result.incidents[1].cause.name = "java";
  result.incidents[1].cause.pids = {99};
  result.incidents[1].host = "db-07.example.org";
  result.incidents[1].boot_id = "b6c0a1d2e3f405162738495a6b7c8d41";
  result.incidents[1].victims[0].victim.uid = 33;
  result.incidents[1].event_ids.push_back("0123456789abcdef");
  return result;
}

Indices found(const Selection& selection) {
  const auto selected = select(document(), selection);
  REQUIRE(selected);
  return selected->incidents;
}

Indices matching(const std::vector<std::string>& words) {
  Selection selection;
  for (const std::string& word : words) {
    const auto match = parse_match(word);
    REQUIRE(match);
    selection.matches.push_back(*match);
  }
  return found(selection);
}

}  // namespace

TEST_CASE("a word means an id, a PID, a process or a unit") {
  struct Row {
    std::vector<std::string> words;
    Indices expected;
  };
  const std::vector<Row> rows = {
      {{}, {0, 1, 2}},
      {{"mariadbd"}, {0}},
      {{"812"}, {0}},
      {{"mariadb.service"}, {0}},
      {{"mariadb"}, {0}},
      {{"7c3e"}, {0}},
      {{"7C3E91B2"}, {0}},
      {{"7c3e91b2a0d45f17"}, {0}},
      {{"0123456789ab"}, {1}},  // an event of the second incident
      {{"cafe"}, {2}},
      {{"7c3"}, {}},    // too short for an id
      {{"java"}, {1}},  // the cause answers, too
      {{"99"}, {1}},
      {{"systemd-journald"}, {2}},  // the kernel knows 15 characters of a name
      {{"systemd-journ"}, {}},
      {{"user-1000.slice"}, {2}},
      {{"session-2.scope"}, {2}},
      {{"mysqld"}, {}},
      {{"mariadbd", "php"}, {0, 1}},
      {{"unit=mariadb.service"}, {0}},
      {{"comm=php"}, {1}},
      {{"pid=4711"}, {1}},
      {{"uid=33"}, {1}},
      {{"scope=cgroup"}, {1, 2}},
      {{"killer=kernel"}, {0, 1, 2}},
      {{"killer=earlyoom"}, {}},
      {{"host=db-07"}, {1}},
      {{"host=db-07.example.org"}, {1}},
      {{"host=db"}, {}},
      {{"boot=b6c0"}, {1}},
      {{"boot=b6c0a1d2-e3f4-0516-2738-495a6b7c8d41"}, {1}},
      {{"cause=java"}, {1}},
      {{"cause=processes"}, {1}},
      {{"cause=unknown"}, {0, 2}},
      {{"scope=cgroup", "comm=php"}, {1}},
      {{"scope=host", "comm=php"}, {}},
      {{"comm=php", "comm=mariadbd"}, {0, 1}},
      {{"php", "scope=host"}, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.words);
    CHECK(matching(row.words) == row.expected);
  }
}

TEST_CASE("the beginning of two ids is asked back") {
  Selection selection;
  selection.matches = {Match{MatchField::Any, "7c3e"}};
  CHECK(select(document(), selection));
  Document two = document();
  two.incidents[1].id = "7c3e000000000000";
  const auto selected = select(two, selection);
  REQUIRE_FALSE(selected);
  CHECK(selected.error().what == "7c3e");
  CHECK(selected.error().hint == "7c3e91b2a0d45f17, 7c3e000000000000");
}

TEST_CASE("a name goes before the beginning of an id") {
  Document two = document();
  two.incidents[0].victims[0].victim.comm = "cafe";
  Selection selection;
  selection.matches = {Match{MatchField::Any, "cafe"}};
  CHECK(select(two, selection)->incidents == Indices{0});
}

TEST_CASE("the flag -u takes shell patterns and understands .service") {
  for (const auto& [pattern, expected] : std::vector<std::pair<std::string, Indices>>{{"mariadb", {0}},
                                                                                      {"mariadb.service", {0}},
                                                                                      {"*.service", {0, 1}},
                                                                                      {"report-*", {1}},
                                                                                      {"maria", {}},
                                                                                      {"user-1000.slice", {2}}}) {
    CAPTURE(pattern);
    Selection selection;
    selection.units = {pattern};
    CHECK(found(selection) == expected);
  }
}

TEST_CASE("the unit whose limit was hit is concerned, whoever was killed") {
  Document nested = document();
  nested.incidents[0].events[0].event.memcg = MemcgReport{.limiting = "/tenant-a.slice"};
  Selection selection;
  selection.units = {"tenant-a.slice"};
  CHECK(select(nested, selection)->incidents == Indices{0});
}

TEST_CASE("boots are counted with those in which nothing was killed") {
  struct Row {
    BootChoice boot;
    Indices expected;
  };
  const std::vector<Row> rows = {
      {{}, {}},  // the last boot, without a kill
      {{.offset = -1}, {2}},
      {{.offset = -2}, {1}},
      {{.offset = -9}, {}},
      {{.offset = 1}, {0}},
      {{.offset = 2}, {1}},
      {{.all = true}, {0, 1, 2}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.boot.offset);
    Selection selection;
    selection.boot = row.boot;
    CHECK(found(selection) == row.expected);
  }
}

TEST_CASE("a boot is found by its id, and its neighbours from there") {
  const std::string id = "b6c0a1d2e3f405162738495a6b7c8d41";
  Document with_id = document();
  with_id.incidents[1].events[0].event.boot_id = id;
  for (const auto& [offset, expected] :
       std::vector<std::pair<std::int64_t, Indices>>{{0, {1}}, {-1, {0}}, {1, {2}}, {2, {}}}) {
    CAPTURE(offset);
    Selection selection;
    selection.boot = BootChoice{.id = id, .offset = offset};
    CHECK(select(with_id, selection)->incidents == expected);
  }
}

TEST_CASE("the flags -S and -U keep what overlaps the interval") {
  Selection selection;
  selection.since_us = kEpoch + kHour;
  CHECK(found(selection) == Indices{1, 2});
  selection.until_us = kEpoch + 10 * kHour;
  CHECK(found(selection) == Indices{1});
  selection.since_us = std::nullopt;
  CHECK(found(selection) == Indices{0, 1});
}

TEST_CASE("an incident without a known time is left out of an interval, and counted") {
  Document timeless = document();
  timeless.incidents[0].started = Time{.uptime_us = 5};
  Selection selection;
  CHECK(select(timeless, selection)->without_time == 0);
  selection.since_us = 0;
  const auto selected = select(timeless, selection);
  CHECK(selected->incidents == Indices{1, 2});
  CHECK(selected->without_time == 1);
}

TEST_CASE("the last N are taken after everything else was sorted out") {
  Selection selection;
  selection.limit = 1;
  CHECK(found(selection) == Indices{2});
  selection.limit = 2;
  CHECK(found(selection) == Indices{1, 2});
  selection.scopes = {Scope::Host};
  CHECK(found(selection) == Indices{0});
  selection.killers = {"earlyoom"};
  CHECK(found(selection).empty());
}
