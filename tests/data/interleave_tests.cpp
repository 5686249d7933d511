// Two reports that two CPUs print at once, line by line in any order, are read as two.
#include <fmt/format.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

using nlohmann::json;

struct Pair {
  const char *first, *second;
};

constexpr Pair kPairs[] = {
    {"cgroup-unit-limit", "cgroup-nested-limit"},
    {"host-swap-full", "cgroup-unit-limit"},
    {"cgroup-nested-limit-5.10", "cgroup-unit-limit-5.10"},
    {"era-6.12-uid-in-cpu-line", "cgroup-unit-limit"},
};
constexpr std::uint32_t kSeeds = 12;

enum class CallerIds { Printed, NotPrinted };

std::vector<std::string> report_of(const std::string& name) {
  return report_records(file_bytes(std::filesystem::path(OOMWHY_TESTDATA) / name / "input.dmesg.txt"));
}

// Each report keeps its own order; who prints next is drawn.
std::string shuffled(const Pair& pair, std::uint32_t seed, CallerIds ids) {
  const auto first = report_of(pair.first);
  const auto second = report_of(pair.second);
  std::mt19937 draw(seed);
  std::vector<PrintedRecord> records;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < first.size() || j < second.size()) {
    const bool from_first = j == second.size() || (i < first.size() && draw() % 2 == 0);
    const char* caller = ids == CallerIds::NotPrinted ? "" : from_first ? "T293" : "T359";
    records.push_back({from_first ? first[i++] : second[j++], caller});
  }
  return dmesg_text(records);
}

std::vector<OomEvent> alone(const std::string& name) {
  std::vector<PrintedRecord> records;
  for (const std::string& record : report_of(name)) records.push_back({record, ""});
  return events_of_text(dmesg_text(records));
}

// What can be told without caller ids, for each kill: the victim. Rows and header of two reports that were printed at
// once may be the one's or the other's.
std::vector<std::string> victims(const std::vector<OomEvent>& events) {
  std::vector<std::string> found;
  for (const OomEvent& event : events) {
    for (const Victim& victim : event.victims) found.push_back(fmt::format("{} {}", victim.pid, victim.comm));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::uint32_t> rows(const std::vector<OomEvent>& events) {
  std::vector<std::uint32_t> pids;
  for (const OomEvent& event : events) {
    for (const Task& task : event.tasks) pids.push_back(task.pid);
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

std::vector<OomEvent> both_alone(const Pair& pair) {
  auto both = alone(pair.first);
  for (OomEvent& event : alone(pair.second)) both.push_back(std::move(event));
  return both;
}

// Grade A says that the table is this report's, whole.
bool is_proven(const OomEvent& event, const std::vector<OomEvent>& wholes) {
  return std::any_of(wholes.begin(), wholes.end(), [&](const OomEvent& whole) {
    return victims({whole}) == victims({event}) && whole.trigger == event.trigger && rows({whole}) == rows({event});
  });
}

TEST_CASE("two reports shuffled line by line come out whole where printk names the caller", "[interleave]") {
  for (const Pair& pair : kPairs) {
    std::vector<json> wanted{without_spelling(incident_of(alone(pair.first).at(0))),
                             without_spelling(incident_of(alone(pair.second).at(0)))};
    std::sort(wanted.begin(), wanted.end());
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
      INFO(pair.first << " and " << pair.second << ", seed " << seed);
      std::vector<json> found;
      for (const OomEvent& event : events_of_text(shuffled(pair, seed, CallerIds::Printed))) {
        found.push_back(without_spelling(incident_of(event)));
      }
      std::sort(found.begin(), found.end());
      CHECK(found == wanted);
    }
  }
}

TEST_CASE("two reports shuffled line by line come out as two without caller ids", "[interleave]") {
  // Without ids a line of neither may stand alone as a third event, of grade C: in at most one shuffle of twenty.
  std::size_t shuffles = 0;
  std::size_t exactly_two = 0;
  for (const Pair& pair : kPairs) {
    const auto wholes = both_alone(pair);
    for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
      INFO(pair.first << " and " << pair.second << ", seed " << seed);
      const auto events = events_of_text(shuffled(pair, seed, CallerIds::NotPrinted));
      ++shuffles;
      exactly_two += events.size() == 2 ? 1 : 0;
      CHECK(events.size() >= 2);
      CHECK(victims(events) == victims(wholes));
      CHECK(rows(events) == rows(wholes));
      for (const OomEvent& event : events) {
        CHECK((event.completeness.grade != Grade::A || is_proven(event, wholes)));
      }
    }
  }
  CHECK(exactly_two * 20 >= shuffles * 19);
}

}  // namespace
}  // namespace oomwhy
