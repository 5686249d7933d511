#include "report/event_id.hpp"

#include <catch2/catch.hpp>

#include "tests/report/make_event.hpp"

using namespace oomwhy;

namespace {

OomEvent killed(std::string comm) {
  OomEvent event = in_memcg(whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 700, 0, 0, 0)}, 11), 1000, 0);
  Victim& victim = event.victims.front();
  victim.comm = std::move(comm);
  victim.total_vm = Kibibytes{8000};
  victim.anon_rss = Kibibytes{2800};
  victim.file_rss = Kibibytes{4};
  victim.shmem_rss = Kibibytes{0};
  return event;
}

}  // namespace

TEST_CASE("an event's id is sixteen hex digits of a SHA-256 that anyone can compute") {
  // printf 'memcg kill 11 php 8000 2800 4 0' | sha256sum
  CHECK(event_id(killed("php")) == "ed256465d4c0490c");
}

TEST_CASE("what a spelling of the log loses does not change an event's id") {
  const std::string id = event_id(killed("php"));
  OomEvent filtered = killed("php");  // by level: the kill line alone is left
  filtered.constraint.reset();
  filtered.memcg.reset();
  filtered.tasks.clear();
  filtered.trigger = {};
  filtered.completeness.grade = Grade::C;
  filtered.victims.front().cgroup.reset();
  CHECK(event_id(filtered) == id);
  OomEvent stamped = killed("php");
  stamped.host = "db-07";
  stamped.time.realtime_us = 1;
  stamped.origin = {"kern.log", 9, ""};
  CHECK(event_id(stamped) == id);
}

TEST_CASE("the spellings of a strange name have one id") {
  struct Case {
    const char* what;
    std::vector<std::string> spellings;
  };
  const std::vector<Case> cases{
      {"terminal sequence: kernel, dmesg, rsyslog, journalctl",
       {"esc\x1b[31mred", "esc\\x1b[31mred", "esc#033[31mred", "escred"}},
      {"bytes that are not UTF-8: kernel, dmesg, JSON",
       {"bad\xff\xfe"
        "utf",
        "bad\\xff\\xfeutf", "bad\xef\xbf\xbd\xef\xbf\xbdutf", "badutf"}},
      {"newline: kernel, dmesg -r, rsyslog", {"new\nline", "new\\x0aline", "new#012line"}},
      {"tab: kernel, journalctl", {"a\tb", "a        b", "a\\x09b"}},
      {"backslash: kernel, /dev/kmsg", {"back\\slash", "back\\x5cslash"}},
      {"trailing blanks that an editor strips", {"blank  ", "blank"}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.what);
    for (const std::string& spelling : c.spellings)
      CHECK(event_id(killed(spelling)) == event_id(killed(c.spellings[0])));
  }
}

TEST_CASE("two kills that differ in any printed fact have two ids") {
  const std::string id = event_id(killed("php"));
  OomEvent other = killed("php");
  other.victims.front().pid = 12;
  CHECK(event_id(other) != id);
  other = killed("php");
  other.victims.front().anon_rss = Kibibytes{2804};
  CHECK(event_id(other) != id);
  other = killed("php");
  other.victims.front().total_vm.reset();
  CHECK(event_id(other) != id);
  other = killed("php");
  other.message = KillMessage::OutOfMemory;
  CHECK(event_id(other) != id);
  CHECK(event_id(killed("php7")) != id);
}

TEST_CASE("without a victim an event is known by who asked and what the table held") {
  OomEvent event = on_host(whole_event("6.1.0-1", table_of_4_15(), {row(11, 5, 700, 0, 0, -1000)}, 11), 1000, 0, 0);
  event.victims.clear();
  event.trigger.comm = "krill";
  const std::string id = event_id(event);
  OomEvent later = event;
  later.time.uptime_us = 7'000'000;
  CHECK(event_id(later) == id);
  later.tasks[0].rss = Pages{701};
  CHECK(event_id(later) != id);
}

TEST_CASE("headers that say nothing else are told apart by their stamps") {
  OomEvent event;
  event.trigger.comm = "krill";
  event.time.uptime_us = 7'000'000;
  OomEvent later = event;
  later.time.uptime_us = 9'000'000;
  CHECK(event_id(event) != event_id(later));
}

TEST_CASE("a kill line without a message belongs to the cgroup whose block stands above it") {
  // Up to 5.0 the message stands on the "Kill process" line, which may be lost.
  OomEvent unnamed = killed("php");
  unnamed.message = KillMessage::None;
  CHECK(event_id(unnamed) == event_id(killed("php")));
  unnamed.constraint.reset();
  CHECK(event_id(unnamed) == event_id(killed("php")));
}
