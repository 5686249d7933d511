#include "report/neighbours.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace oomwhy;

namespace {

constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000;
constexpr std::int64_t kEpoch = 1763431361'000'000;

Incident incident(const std::string& id, Scope scope, std::int64_t hours) {
  Incident result;
  result.id = id;
  result.scope = scope;
  result.started = Time{.realtime_us = kEpoch + hours * kHour};
  result.events.emplace_back();
  result.events.back().event.origin.source = "kern.log";
  return result;
}

std::string ids(const Document& document, std::size_t of) {
  std::string text;
  for (const Incident* other : find_neighbours(document, document.incidents[of])) text += other->id;
  return text;
}

}  // namespace

TEST_CASE("the others of the 24 hours before come gravest first, whatever the boot") {
  Document day;
  day.incidents = {incident("a", Scope::Host, -40), incident("b", Scope::Host, -23), incident("c", Scope::Cgroup, -10),
                   incident("d", Scope::Cgroup, -1), incident("e", Scope::Cgroup, 0)};
  CHECK(ids(day, 4) == "bdc");
  day.incidents[2].events[0].event.outcome = Outcome::Panic;
  day.incidents[2].events[0].event.boot_index = 1;
  CHECK(ids(day, 4) == "cbd");
  CHECK(ids(day, 1) == "a");
  CHECK(ids(day, 0).empty());
}

TEST_CASE("an incident whose time cannot be compared is not hidden") {
  Document mixed;
  mixed.incidents = {incident("a", Scope::Host, 0), incident("b", Scope::Cgroup, 0)};
  mixed.incidents[0].started = Time{.uptime_us = 1};
  mixed.incidents[0].events[0].event.origin.source = "other.log";
  CHECK(ids(mixed, 1) == "a");
}

TEST_CASE("in one boot the printk clock tells how long ago something was") {
  Document boot;
  boot.incidents = {incident("a", Scope::Host, 0), incident("b", Scope::Cgroup, 0)};
  boot.incidents[0].started = Time{.uptime_us = 1};
  boot.incidents[1].started = Time{.uptime_us = 1 + 25 * kHour};
  CHECK(ids(boot, 1).empty());
  boot.incidents[1].started = Time{.uptime_us = 1 + 23 * kHour};
  CHECK(ids(boot, 1) == "a");
  // The clock of another boot says nothing.
  boot.incidents[1].events[0].event.boot_index = 1;
  boot.incidents[1].started = Time{.uptime_us = 1 + 25 * kHour};
  CHECK(ids(boot, 1) == "a");
}
