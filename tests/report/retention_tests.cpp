// What of a storm is kept.
#include "report/retention.hpp"

#include <catch2/catch.hpp>

#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

// `count` reports of a KiB each, one of them larger.
Incident storm(std::size_t count, std::size_t largest, std::size_t telling) {
  Incident incident;
  incident.telling_event = telling;
  for (std::size_t i = 0; i < count; ++i) {
    AnalysedEvent analysed;
    analysed.event = host_of_16_gib({row(7, 0, kGiB, 4096, 0, 0, "etl")}, 7);
    analysed.event.raw = std::string(i == largest ? 9000 : 1000, 'x');
    analysed.event.time.uptime_us = static_cast<std::int64_t>(i);
    analysed.analysis = analyse(analysed.event);
    incident.events.push_back(std::move(analysed));
  }
  return incident;
}

std::vector<std::size_t> kept_of(const Incident& incident) {
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < incident.events.size(); ++i) {
    if (!incident.events[i].omitted) kept.push_back(i);
  }
  return kept;
}

}  // namespace

TEST_CASE("within the budget everything is kept") {
  Incident incident = storm(5, 2, 3);
  keep_within(incident);
  CHECK(kept_of(incident).size() == 5);
}

TEST_CASE("without any budget the first, the largest, the telling and the last are kept") {
  Incident incident = storm(9, 4, 6);
  keep_within(incident, 0);
  CHECK(kept_of(incident) == std::vector<std::size_t>{0, 4, 6, 8});
}

TEST_CASE("what is left out keeps its victim, stamps, lines and id, and nothing that is large") {
  Incident incident = storm(4, 0, 0);
  const std::string id = incident.events[1].analysis.id;
  keep_within(incident, 0);
  const AnalysedEvent& left_out = incident.events[1];
  REQUIRE(left_out.omitted);
  CHECK(left_out.analysis.id == id);
  CHECK(left_out.event.victims.front().comm == "etl");
  CHECK(left_out.event.time.uptime_us == 1);
  CHECK(left_out.event.lines.kill == 91U);
  CHECK(left_out.event.origin.source == "kern.log");
  CHECK(left_out.event.tasks.empty());
  CHECK(left_out.event.raw.empty());
  CHECK_FALSE(left_out.analysis.ledger);
}

TEST_CASE("the budget is spent from the first event on") {
  Incident incident = storm(20, 0, 0);
  std::size_t before = 0;
  for (const std::uint64_t budget : {std::uint64_t{30'000}, std::uint64_t{60'000}, std::uint64_t{10'000'000}}) {
    Incident copy = incident;
    keep_within(copy, budget);
    const std::vector<std::size_t> kept = kept_of(copy);
    CHECK(kept.size() >= before);
    before = kept.size();
    // All but the last one stand at the front.
    for (std::size_t i = 0; i + 1 < kept.size(); ++i) CHECK(kept[i] == i);
  }
  CHECK(before == 20);
}

TEST_CASE("an incident without reports has nothing to leave out") {
  Incident incident;
  keep_within(incident, 0);
  CHECK(incident.events.empty());
}

TEST_CASE("of many incidents the newest keep their tables, the others their verdict") {
  std::vector<Incident> incidents;
  for (int i = 0; i < 5; ++i) {
    incidents.push_back(storm(2, 0, 0));
    incidents.back().summary = {"What was concluded."};
  }
  keep_newest_within(incidents, 2 * weight(incidents.back()));
  for (std::size_t i = 0; i < incidents.size(); ++i) {
    CHECK(kept_of(incidents[i]).size() == (i < 3 ? 0U : 2U));
    CHECK(incidents[i].summary.size() == 1);
  }
}
