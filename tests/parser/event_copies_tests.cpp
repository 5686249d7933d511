// The index of copies gives what asking each event before would give.
#include <catch2/catch.hpp>

#include "parser/event_copies.hpp"

using namespace oomwhy;

namespace {

using Reading = std::optional<std::int64_t>;

// Every stamp of at most three clocks that read one of two values.
std::vector<Time> all_stamps() {
  std::vector<Time> stamps;
  for (const Reading uptime : {Reading{}, Reading{1}, Reading{2}}) {
    for (const Reading realtime : {Reading{}, Reading{1}, Reading{2}}) {
      for (const Reading wall : {Reading{}, Reading{1}, Reading{2}}) {
        Time time;
        time.uptime_us = uptime;
        time.realtime_us = realtime;
        time.wall_us = wall;
        stamps.push_back(time);
      }
    }
  }
  return stamps;
}

// With a kill, a head, both or none, as the bits of `parts` say. The head is told by its memory, not by its stamp.
OomEvent event_of(unsigned parts, const Time& begin, const Time& end) {
  OomEvent event;
  event.time = begin;
  event.ended = end;
  if ((parts & 1U) != 0) event.victims.push_back({.pid = 341, .comm = "hog", .total_vm = Kibibytes{120000}});
  if ((parts & 2U) != 0) {
    event.lines.invocation = 1;
    event.memory.emplace().free = Pages{1341};
  }
  return event;
}

}  // namespace

TEST_CASE("an event is a copy of the one before exactly where the two are copies") {
  const std::vector<Time> stamps = all_stamps();
  const Time& common = stamps.back();
  std::size_t wrong = 0, copies = 0;
  for (const unsigned first_parts : {0U, 1U, 2U, 3U}) {
    for (const unsigned second_parts : {0U, 1U, 2U, 3U}) {
      for (const Time& a : stamps) {
        for (const Time& b : stamps) {
          for (const bool at_the_end : {false, true}) {
            const Time other;  // no stamp
            const OomEvent first = event_of(first_parts, at_the_end ? common : a, at_the_end ? a : other);
            const OomEvent second = event_of(second_parts, at_the_end ? stamps[13] : b, at_the_end ? b : other);
            EventCopies seen;
            const bool fresh = !seen.is_copy(first);
            const bool expected = are_copies(mark_of(first), mark_of(second));
            wrong += !fresh || seen.is_copy(second) != expected ? 1 : 0;
            copies += expected ? 1 : 0;
          }
        }
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(copies > 1000);
}

TEST_CASE("ten thousand kills with the same figures at other times are as many kills, and each is known again") {
  EventCopies seen;
  const auto at = [](std::int64_t uptime) {
    Time time;
    time.uptime_us = uptime;
    return event_of(3, time, time);
  };
  std::size_t copies = 0, known = 0;
  for (std::int64_t i = 0; i < 10000; ++i) copies += seen.is_copy(at(i)) ? 1 : 0;
  for (std::int64_t i = 0; i < 10000; ++i) known += seen.is_copy(at(i)) ? 1 : 0;
  CHECK(copies == 0);
  CHECK(known == 10000);
}
