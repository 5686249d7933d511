#include "report/recent_victims.hpp"

#include <catch2/catch.hpp>

#include "tests/report/make_event.hpp"

using namespace oomwhy;

namespace {

OomEvent kill_of(std::uint32_t pid, std::int64_t uptime_s) {
  OomEvent event;
  event.origin.source = "kern.log";
  event.victims.emplace_back();
  event.victims.front().pid = pid;
  event.time.uptime_us = uptime_s * 1'000'000;
  return event;
}

using Pids = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("victims of the last minute may still be dying") {
  RecentVictims recent;
  recent.remember(kill_of(5, 100));
  recent.remember(kill_of(6, 130));
  CHECK(recent.before(kill_of(7, 140)).recent_victims == Pids{5, 6});
  CHECK(recent.before(kill_of(7, 180)).recent_victims == Pids{6});
  CHECK(recent.before(kill_of(7, 900)).recent_victims.empty());
}

TEST_CASE("another boot, another file and a clock that began again know nothing of a victim") {
  const auto after_a_kill = [](const OomEvent& next) {
    RecentVictims recent;
    recent.remember(kill_of(5, 100));
    return recent.before(next).recent_victims;
  };
  OomEvent other_boot = kill_of(7, 110);
  other_boot.boot_index = 1;
  CHECK(after_a_kill(other_boot).empty());
  OomEvent other_file = kill_of(7, 110);
  other_file.origin.source = "syslog";
  CHECK(after_a_kill(other_file).empty());
  CHECK(after_a_kill(kill_of(7, 3)).empty());
  OomEvent unstamped = kill_of(7, 0);
  unstamped.time.uptime_us.reset();
  CHECK(after_a_kill(unstamped) == Pids{5});
}

TEST_CASE("a manual kill passes nobody over") {
  RecentVictims recent;
  recent.remember(kill_of(5, 100));
  OomEvent manual = kill_of(7, 110);
  manual.trigger.manual = true;
  CHECK(recent.before(manual).recent_victims.empty());
}

TEST_CASE("of a storm only the last victims are remembered") {
  RecentVictims recent;
  for (std::uint32_t pid = 1; pid <= 10000; ++pid) recent.remember(kill_of(pid, 100));
  const Pids pids = recent.before(kill_of(7, 101)).recent_victims;
  CHECK(pids.size() == 256);
  CHECK(pids.back() == 10000);
}
