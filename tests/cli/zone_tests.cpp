#include "cli/zone.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace oomwhy;

namespace {

constexpr std::int64_t kSecond = 1'000'000;

}  // namespace

TEST_CASE("a zone is an offset or a name of the tz database") {
  struct Row {
    std::string text;
    int minutes;
  };
  for (const Row& row : std::vector<Row>{
           {"UTC", 0}, {"Z", 0}, {"+02:00", 120}, {"+0200", 120}, {"-05:30", -330}, {"+2", 120}, {"-08", -480}}) {
    CAPTURE(row.text);
    const auto zone = Zone::parse(row.text);
    REQUIRE(zone);
    CHECK(zone->fixed_offset_minutes() == row.minutes);
  }
  const auto berlin = Zone::parse("Europe/Berlin");
  REQUIRE(berlin);
  CHECK(berlin->fixed_offset_minutes() == std::nullopt);
}

TEST_CASE("what is no zone is refused, and never read as UTC") {
  for (const std::string text : {"", "Mars/Base", "../../etc/passwd", "/etc/localtime", "Europe", "CET+", "+25:00",
                                 "+02:75", "+2:00", "+", "zone.tab", "20"}) {
    CAPTURE(text);
    CHECK_FALSE(Zone::parse(text));
  }
}

TEST_CASE("a zone with summer time has the offset of the season") {
  const Zone berlin = *Zone::parse("Europe/Berlin");
  // 2025-01-15 12:00 and 2025-07-15 12:00 on the wall.
  CHECK(berlin.offset_minutes_at(1736942400 * kSecond) == 60);
  CHECK(berlin.offset_minutes_at(1752580800 * kSecond) == 120);
  // The clock went back at 2025-10-26 03:00 CEST: 02:30 came twice, the first one in summer time.
  CHECK(berlin.offset_minutes_at(1761445800 * kSecond) == 120);
  // It went forward at 2025-03-30 02:00 CET: 02:30 did not exist.
  CHECK(berlin.offset_minutes_at(1743301800 * kSecond) == 60);
  CHECK(berlin.to_wall_us(1763431361 * kSecond) == (1763431361 + 3600) * kSecond);
  CHECK(berlin.to_utc_us((1763431361 + 3600) * kSecond) == 1763431361 * kSecond);
}

TEST_CASE("asking another zone leaves this machine's as it was") {
  const Zone local = Zone::local();
  const int before = local.offset_minutes_at(1752580800 * kSecond);
  const char* variable = std::getenv("TZ");
  const std::string name = variable == nullptr ? "" : variable;
  CHECK(Zone::parse("Asia/Kathmandu")->offset_minutes_at(1752580800 * kSecond) == 345);
  CHECK(local.offset_minutes_at(1752580800 * kSecond) == before);
  variable = std::getenv("TZ");
  CHECK((variable == nullptr ? "" : std::string(variable)) == name);
}
