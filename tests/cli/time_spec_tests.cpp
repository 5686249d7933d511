#include "cli/time_spec.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHour = 3600 * kSecond;
constexpr std::int64_t kDay = 24 * kHour;
// 2025-11-18T02:02:41Z: `date -d 2025-11-18T02:02:41Z +%s`.
constexpr std::int64_t kNow = 1763431361 * kSecond;
constexpr std::int64_t kMidnight = 1763424000 * kSecond;  // of that day, UTC

struct Row {
  std::string text;
  std::int64_t expected;
};

std::optional<std::int64_t> parsed(const std::string& text, const Zone& zone) {
  const auto time = parse_time(text, kNow, zone);
  return time ? std::optional(*time) : std::nullopt;
}

}  // namespace

TEST_CASE("times are spelt as in systemd.time") {
  const std::vector<Row> rows = {
      {"now", kNow},
      {"today", kMidnight},
      {"yesterday", kMidnight - kDay},
      {"tomorrow", kMidnight + kDay},
      {"-2h", kNow - 2 * kHour},
      {"- 2 hours", kNow - 2 * kHour},
      {"+3d", kNow + 3 * kDay},
      {"2h ago", kNow - 2 * kHour},
      {"11min ago", kNow - 660 * kSecond},
      {"1h 30min ago", kNow - kHour - 1800 * kSecond},
      {"1h30min ago", kNow - kHour - 1800 * kSecond},
      {"1.5h ago", kNow - kHour - 1800 * kSecond},
      {"90 ago", kNow - 90 * kSecond},
      {"500ms ago", kNow - 500'000},
      {"2 weeks ago", kNow - 14 * kDay},
      {"1h left", kNow + kHour},
      // systemd.time(7): a month is 30.44 days, a year 365.25 days.
      {"-1month", kNow - 2'630'016 * kSecond},
      {"-1M", kNow - 2'630'016 * kSecond},
      {"-1m", kNow - 60 * kSecond},
      {"-1y", kNow - 31'557'600 * kSecond},
      {"@1763431361", kNow},
      {"@1763431361.25", kNow + 250'000},
      {"2025-11-18", kMidnight},
      {"2025-11-18 02:02:41", kNow},
      {"2025-11-18 02:02", kNow - 41 * kSecond},
      {"2025-11-18 02:02:41.5", kNow + 500'000},
      {"2025-11-18T02:02:41Z", kNow},
      {"2025-11-18T03:02:41+01:00", kNow},
      {"2025-11-18 03:02:41 +0100", kNow},
      {"2025-11-18 02:02:41 UTC", kNow},
      {"Tue 2025-11-18 02:02:41", kNow},
      {"02:02:41", kNow},
      {"03:00", kMidnight + 3 * kHour},
      {"  today ", kMidnight},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parsed(row.text, Zone::utc()) == row.expected);
  }
}

TEST_CASE("a time without a zone is of the zone it is read in") {
  const Zone berlin = *Zone::parse("Europe/Berlin");
  CHECK(parsed("2025-11-18 03:02:41", berlin) == kNow);
  CHECK(parsed("today", berlin) == kMidnight - kHour);
  CHECK(parsed("03:02:41", berlin) == kNow);
  CHECK(parsed("2025-11-18 02:02:41 UTC", berlin) == kNow);
  // In New York it is still the day before.
  CHECK(parsed("today", *Zone::parse("America/New_York")) == kMidnight - kDay + 5 * kHour);
}

TEST_CASE("what is no time is refused") {
  for (const std::string text : {"",
                                 "yesteryear",
                                 "2h",
                                 "-",
                                 "ago",
                                 " ago",
                                 "-2parsecs",
                                 "--2h",
                                 "- -2h",
                                 "@",
                                 "@x",
                                 "@1x",
                                 "2025-13-01",
                                 "2025-02-30",
                                 "2025-11-18 25:00",
                                 "2025-11-18 02:61",
                                 "2025-11-18T",
                                 "2025-11-18 02:02:41 Mars/Base",
                                 "99999999999999999999d ago",
                                 "-99999999999y",
                                 "12",
                                 "2025",
                                 "2025-11",
                                 "@99999999999999999999",
                                 "now!"}) {
    CAPTURE(text);
    CHECK(parsed(text, Zone::utc()) == std::nullopt);
  }
}
