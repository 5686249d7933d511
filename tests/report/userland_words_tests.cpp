// Words are found through lists; each find is held against a look at every word.
#include "report/userland_words.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "report/moment.hpp"
#include "report/nearby_incidents.hpp"
#include "report/other_kills.hpp"
#include "report/userland_incidents.hpp"

using namespace oomwhy;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kReach = 600 * kSecond;

using Dice = std::mt19937_64;

std::int64_t roll(Dice& dice, std::int64_t least, std::int64_t most) {
  return std::uniform_int_distribution<std::int64_t>(least, most)(dice);
}

// A moment of some hours, known on any of the clocks, now and then on one that disagrees with the others.
Time any_time(Dice& dice) {
  Time time;
  const std::int64_t at = roll(dice, -3 * 3600, 3 * 3600) * kSecond;
  const auto clocks = roll(dice, 0, 7);
  const std::int64_t off = roll(dice, 0, 9) == 0 ? roll(dice, -7200, 7200) * kSecond : 0;
  if ((clocks & 1) != 0) time.realtime_us = at;
  if ((clocks & 2) != 0) time.wall_us = at + 3600 * kSecond;
  if ((clocks & 4) != 0) time.uptime_us = at + off;
  return time;
}

std::string any_of(Dice& dice, const std::vector<std::string>& names) {
  return names[static_cast<std::size_t>(roll(dice, 0, static_cast<std::int64_t>(names.size()) - 1))];
}

UserlandEvent any_word(Dice& dice) {
  UserlandEvent event;
  event.time = any_time(dice);
  event.host = any_of(dice, {"", "a", "b"});
  event.boot_id = any_of(dice, {"", "", "1", "2"});
  event.fact = UnitMessage{.word = UnitWord::Started, .unit = any_of(dice, {"x.service", "y.service"})};
  return event;
}

Incident any_incident(Dice& dice) {
  Incident incident;
  incident.host = any_of(dice, {"", "a", "b"});
  incident.boot_id = any_of(dice, {"", "", "1", "2"});
  if (roll(dice, 0, 9) > 0) incident.started = any_time(dice);
  incident.ended = roll(dice, 0, 3) == 0 ? std::optional(any_time(dice)) : incident.started;
  return incident;
}

std::optional<std::uint32_t> nearest_of_all(const std::vector<Incident>& incidents, const UserlandEvent& event) {
  std::optional<std::uint32_t> best;
  std::int64_t best_distance = kReach + 1;
  for (std::uint32_t i = 0; i < incidents.size(); ++i) {
    if (!may_be_same(machine_of(incidents[i]), machine_of(event))) continue;
    const auto away = distance(incidents[i], event.time);
    if (!away || *away >= best_distance) continue;
    best = i;
    best_distance = *away;
  }
  return best;
}

// A host's log of a unit that is killed every quarter of an hour and says a lot between.
struct Crashes {
  std::vector<Incident> incidents;
  std::vector<UserlandEvent> words;
};

constexpr std::int64_t kRound = 900 * kSecond;

UserlandEvent said(std::int64_t at, UserlandFact fact) {
  UserlandEvent event;
  event.fact = std::move(fact);
  event.time.realtime_us = at;
  event.host = "web-1";
  return event;
}

Crashes crashes(std::int64_t incidents, std::int64_t words) {
  Crashes all;
  for (std::int64_t i = 0; i < incidents; ++i) {
    Incident incident;
    incident.started.emplace();
    incident.started->realtime_us = i * kRound;
    incident.ended = incident.started;
    incident.host = "web-1";
    IncidentVictim victim;
    victim.victim.pid = static_cast<std::uint32_t>(1000 + i);
    victim.unit = "shop.service";
    incident.victims.push_back(victim);
    all.incidents.push_back(std::move(incident));
  }
  for (std::int64_t i = 0; i < words; ++i) {
    const std::int64_t at = incidents * kRound * i / words;
    const auto word = i % 5;
    if (word == 0) {
      all.words.push_back(said(at, UnitMessage{.word = UnitWord::OomKilled, .unit = "shop.service"}));
    } else if (word == 1) {
      all.words.push_back(said(at, MemoryTrend{50.0, std::nullopt}));
    } else if (word == 2) {
      all.words.push_back(said(at, UnitMessage{.word = UnitWord::Consumed,
                                               .unit = "other-" + std::to_string(i % 1000) + ".service",
                                               .memory_peak = Bytes{1000}}));
    } else {
      all.words.push_back(
          said(at, UnitMessage{.word = UnitWord::ProcessExited,
                               .unit = word == 3 ? std::string("shop.service") : "other-" + std::to_string(i % 1000),
                               .exit_code = "killed",
                               .exit_status = "9/KILL"}));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("a window of a list holds what a look at every word finds") {
  Dice dice(41);
  for (int round = 0; round < 60; ++round) {
    std::vector<UserlandEvent> events(40);
    std::generate(events.begin(), events.end(), [&] { return any_word(dice); });
    TimedLists lists;
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      const auto& unit = std::get<UnitMessage>(events[i].fact).unit;
      lists.add(unit == "x.service" ? 1 : 2, machine_of(events[i]), events[i].time, i);
    }
    lists.sort();
    const Incident incident = any_incident(dice);
    if (!incident.started) continue;
    const std::int64_t before = roll(dice, 0, 3600) * kSecond;
    const std::int64_t after = roll(dice, 0, 3600) * kSecond;
    std::vector<std::uint32_t> found;
    const TimeWindow window{*incident.started, incident.ended.value_or(*incident.started), before, after};
    const auto is_within = [&](const UserlandEvent& event) {
      const auto away = distance(incident, event.time);
      const auto since = microseconds_between(*incident.started, event.time);
      return away && *away <= (*since < 0 ? before : after);
    };
    for (const auto& stretch : lists.find(1, machine_of(incident), window)) {
      for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
        const std::uint32_t index = (*stretch.list)[i].index;
        if (is_within(events[index])) found.push_back(index);
      }
    }
    std::sort(found.begin(), found.end());
    std::vector<std::uint32_t> expected;
    for (std::uint32_t i = 0; i < events.size(); ++i) {
      const bool about_x = std::get<UnitMessage>(events[i].fact).unit == "x.service";
      if (about_x && may_be_same(machine_of(incident), machine_of(events[i])) && is_within(events[i])) {
        expected.push_back(i);
      }
    }
    CHECK(found == expected);
  }
}

TEST_CASE("the nearest incident is the one that a look at every incident finds") {
  Dice dice(42);
  for (int round = 0; round < 60; ++round) {
    std::vector<Incident> incidents(30);
    std::generate(incidents.begin(), incidents.end(), [&] { return any_incident(dice); });
    NearbyIncidents nearby(kReach);
    for (std::uint32_t i = 0; i < incidents.size(); ++i) nearby.add(0, incidents[i], i);
    for (int word = 0; word < 40; ++word) {
      const UserlandEvent event = any_word(dice);
      const auto found = nearby.find(0, incidents, event);
      CHECK(found == nearest_of_all(incidents, event));
      if (!found || !event.time.realtime_us) continue;
      // As a kill that joins it makes it last.
      incidents[*found].ended = event.time;
      nearby.add(0, incidents[*found], *found);
    }
  }
}

TEST_CASE("an incident of years is near to whatever lies within it") {
  std::vector<Incident> incidents(1);
  incidents[0].started.emplace().realtime_us = 0;
  incidents[0].ended.emplace().realtime_us = std::int64_t{9} * 365 * 86400 * kSecond;
  NearbyIncidents nearby(kReach);
  nearby.add(0, incidents[0], 0);
  UserlandEvent event;
  event.time.realtime_us = std::int64_t{5} * 365 * 86400 * kSecond;
  CHECK(nearby.find(0, incidents, event) == 0U);
  event.time.realtime_us = std::int64_t{9} * 365 * 86400 * kSecond + kReach + 1;
  CHECK_FALSE(nearby.find(0, incidents, event));
}

TEST_CASE("two thousand incidents are joined with fifty thousand words in a few steps for each") {
  Crashes all = crashes(2000, 50'000);
  const UserlandWords words(all.words);
  const JoinWork work = join_userland(all.incidents, words);
  CHECK(all.incidents.size() == 2000);
  // What an incident takes in is bounded by 512 words; a word is held against the incidents of its own ten minutes.
  CHECK(work.compared <= 2000 * 512 + 50'000 * 4);
  // A day's rounds, five exits of the unit in each.
  CHECK(all.incidents[1000].userland.size() >= 96 * 5);
  CHECK(all.incidents[1000].userland.size() <= 512);
  CHECK(find_other_kills(all.incidents, words).size() == 10'000);  // those of the other units; shop's are explained
}

TEST_CASE("earlier runs are counted and the highest peak of them is found") {
  std::vector<UserlandEvent> events;
  for (std::int64_t i = 0; i < 100; ++i) {
    events.push_back(
        said(i * 100 * kSecond, UnitMessage{.word = UnitWord::Consumed,
                                            .unit = "shop.service",
                                            .memory_peak = Bytes{static_cast<std::uint64_t>(i * 37 % 50)}}));
  }
  Incident incident;
  incident.started.emplace().realtime_us = 1060 * kSecond;  // runs 0 to 9 ended more than a minute before it
  incident.host = "web-1";
  incident.events.resize(1);
  incident.events[0].event.victims.resize(1);
  incident.events[0].event.victims[0].cgroup = "/system.slice/shop.service";
  const History history = with_earlier_runs({}, incident, UserlandWords(events));
  REQUIRE(earlier_runs(history, "shop.service") != nullptr);
  // 0 37 24 11 48 35 22 9 46 33 and not yet the one at 1000 s, a minute before the kill.
  CHECK(earlier_runs(history, "shop.service")->count == 10);
  CHECK(earlier_runs(history, "shop.service")->highest == Bytes{48});
  CHECK(earlier_runs(history, "other.service") == nullptr);
}

TEST_CASE("a signal that another host's manager sent to a unit of the same name killed nobody here") {
  UserlandEvent elsewhere = said(0, UnitMessage{.word = UnitWord::StopTimeout, .unit = "api.service"});
  elsewhere.host = "web-2";
  const UserlandEvent death =
      said(kSecond,
           UnitMessage{
               .word = UnitWord::ProcessExited, .unit = "api.service", .exit_code = "killed", .exit_status = "9/KILL"});
  const std::vector<UserlandEvent> events{elsewhere, death};
  const auto kills = find_other_kills({}, UserlandWords(events));
  REQUIRE(kills.size() == 1);
  CHECK(kills[0].sender.empty());
}
