// What is one event printed twice, and what is two; reports that were printed at once.
#include <catch2/catch.hpp>
#include <random>

#include "tests/parser/assembled.hpp"

using namespace oomwhy;

namespace {

using Lines = std::vector<std::string>;

// Merges two logs line by line; each keeps its own order.
Lines shuffle(const Lines& a, const Lines& b, unsigned seed) {
  std::mt19937 random(seed);
  Lines out;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool first = j == b.size() || (i < a.size() && random() % 2 == 0);
    out.push_back(first ? a[i++] : b[j++]);
  }
  return out;
}

}  // namespace

TEST_CASE("a report pasted twice is one event, with stamps and without") {
  const auto prefix = GENERATE(as<std::string>{}, "", "[   70.557524] ", "Nov 20 12:00:01 web1 kernel: ");
  const Lines lines = with_prefix(prefix, whole_report("php", 300, 341));
  CHECK(assemble(lines + lines).events.size() == 1);
}

TEST_CASE("of a cut copy and a whole one the whole one is kept") {
  const Lines whole = with_prefix("[   70.557524] ", whole_report("php", 300, 341));
  const Lines cut(whole.begin(), whole.begin() + 8);
  const auto [events, summary] = assemble(cut + whole);
  REQUIRE(events.size() == 1);
  CHECK(events[0].victims.size() == 1);
}

TEST_CASE("two facilities that write each line into one file make one event") {
  Lines doubled;
  for (const std::string& line :
       with_prefix("Nov 20 12:00:01 web1 kernel: [   70.557524] ", whole_report("php", 300, 341))) {
    doubled.push_back(line);
    doubled.push_back(line);
  }
  const auto [events, summary] = assemble(doubled);
  REQUIRE(events.size() == 1);
  CHECK(events[0].tasks.size() == 1);
  CHECK(events[0].completeness.grade == Grade::A);
}

TEST_CASE("a loop of kills with the same figures and no stamps stays a loop") {
  Lines loop;
  for (unsigned pid = 100; pid < 120; ++pid) loop = loop + whole_report("php", 300, pid);
  CHECK(assemble(loop).events.size() == 20);
}

TEST_CASE("headers alone, without stamps, are as many reports") {
  const std::string header =
      "krill invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0";
  CHECK(assemble(Lines(18, header)).events.size() == 18);
}

TEST_CASE("two reports printed at once are told apart by their callers") {
  const unsigned seed = GENERATE(range(0U, 20U));
  const Lines a = with_prefix("[  100.000001] [  T300] ", whole_report("php", 300, 341));
  const Lines b = with_prefix("[  100.000002] [  T400] ", whole_report("php", 400, 441, 20000));
  const auto [events, summary] = assemble(shuffle(a, b, seed));
  REQUIRE(events.size() == 2);
  for (const OomEvent& event : events) {
    CHECK(event.completeness.grade == Grade::A);
    REQUIRE(event.tasks.size() == 1);
    CHECK(event.victims[0].pid == event.trigger.pid.value() + 41);
    CHECK(event.tasks[0].pid == event.victims[0].pid);
  }
}

TEST_CASE("two reports printed at once without callers are two, and never silently mixed") {
  const unsigned seed = GENERATE(range(0U, 20U));
  const auto [events, summary] =
      assemble(shuffle(whole_report("php", 300, 341), whole_report("java", 400, 441, 20000), seed));
  REQUIRE(events.size() == 2);
  for (const OomEvent& event : events) {
    REQUIRE(event.victims.size() == 1);
    const bool own = event.trigger.comm == "php" ? event.victims[0].pid == 341U : event.victims[0].pid == 441U;
    if (!own) CHECK(event.completeness.grade == Grade::C);
  }
}
