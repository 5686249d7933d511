// Limits and biases as the site and the unit's own past change them. Sizes by hand: a host of 15.75 GiB = 16128 MiB
// managed, on which 41 workers of 172 MiB each (7052 MiB) had the database killed.
#include <catch2/catch.hpp>

#include "report/advice.hpp"
#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

OomEvent swarm_kills_database() {
  OomEvent event = with_own_anon(host_of_16_gib(
      join({row(812, 110, 6246 * kMiB, 12 << 20, 0, 0, "mariadbd")}, pool(20400, 41, 172 * kMiB, "php")), 812));
  for (Task& task : event.tasks) {
    task.unit = task.comm == "php" ? "php-fpm.service" : "mariadbd.service";
    task.unit_certainty = Certainty::Derived;  // by a journal
  }
  return event;
}

std::vector<Advice> advice_with(const Background& background, const OomEvent& event = swarm_kills_database()) {
  return analyse({}, {event}, background).incidents.at(0).advice;
}

const Advice& find(const std::vector<Advice>& list, const std::string& target, const std::string& setting) {
  for (const Advice& advice : list) {
    if (advice.target == target && advice.setting == setting && advice.action == AdviceAction::Set) return advice;
  }
  FAIL("no " << setting << " for " << target);
  return list.front();
}

Background with_peaks(std::vector<std::uint64_t> mebibytes) {
  Background background;
  const std::uint64_t highest = *std::max_element(mebibytes.begin(), mebibytes.end());
  background.history.runs["php-fpm.service"] = {.count = mebibytes.size(), .highest = Bytes{highest << 20}};
  return background;
}

}  // namespace

TEST_CASE("without a word of the site a tenth of the host stays free, and the limit is only offered") {
  // 16128 - 9076 everything else - 1612.8 = 5439.2 MiB, down to a multiple of 256.
  const auto list = advice_with({});
  const Advice& limit = find(list, "php-fpm.service", "MemoryMax");
  CHECK(limit.value == "5376M");
  CHECK_FALSE(limit.proposed);
  CHECK(find(list, "php-fpm.service", "OOMScoreAdjust").proposed);
}

TEST_CASE("Headroom= is what stays free") {
  // 16128 - 9076 - 4032 = 3020 MiB, down to a multiple of 64.
  const auto list = advice_with({{}, {.headroom_percent = 25}});
  const Advice& limit = find(list, "php-fpm.service", "MemoryMax");
  CHECK(limit.value == "3008M");
  CHECK(limit.arithmetic.find("Headroom=25%") != std::string::npos);
}

TEST_CASE("a unit that NeverLimit= or Protect= names gets no limit, and a protected one is not offered") {
  for (const bool protects : {false, true}) {
    Background background;
    (protects ? background.site.protect : background.site.never_limit) = {"php-*"};
    const auto list = advice_with(background);
    const Advice& limit = find(list, "php-fpm.service", "MemoryMax");
    CHECK_FALSE(limit.proposed);
    CHECK(limit.gate.find(protects ? "Protect= names it" : "NeverLimit= names it") != std::string::npos);
    CHECK(find(list, "php-fpm.service", "OOMScoreAdjust").proposed == !protects);
  }
}

TEST_CASE("what would kill a unit that Protect= names is held back") {
  // Sparing the database makes a worker die.
  Background background;
  background.site.protect = {"php-fpm"};
  const auto list = advice_with(background);
  const Advice& spare = find(list, "mariadbd.service", "OOMScoreAdjust");
  CHECK_FALSE(spare.proposed);
  CHECK(spare.gate == "php-fpm.service would die, and Protect= of oomwhy.conf names it");
  const auto free_list = advice_with({});
  CHECK(find(free_list, "mariadbd.service", "OOMScoreAdjust").proposed);
}

TEST_CASE("a unit that was well with less before is limited by what it needed then") {
  // 1200 MiB x 1.15 = 1380 MiB, up to a multiple of 64.
  const auto list = advice_with(with_peaks({1000, 1200, 900}));
  const Advice& limit = find(list, "php-fpm.service", "MemoryMax");
  CHECK(limit.value == "1408M");
  CHECK(limit.proposed);
  CHECK(limit.replay->before_pid == 812);
  CHECK(limit.arithmetic.find("3 earlier runs") != std::string::npos);
  CHECK(find(list, "php-fpm.service", "MemoryHigh").value == "1267M");  // 0.9 x 1408
}

TEST_CASE("two runs do not tell what is usual") {
  const auto list = advice_with(with_peaks({1000, 1200}));
  CHECK(find(list, "php-fpm.service", "MemoryMax").value == "5376M");
}

TEST_CASE("a unit that always needed more than the host can give is not limited by that") {
  const auto list = advice_with(with_peaks({5000, 6000, 5500}));
  const Advice& limit = find(list, "php-fpm.service", "MemoryMax");
  CHECK(limit.value == "5376M");
  CHECK_FALSE(limit.proposed);
  CHECK(limit.gate.find("3 earlier runs needed up to 5.9 GiB") != std::string::npos);
}
