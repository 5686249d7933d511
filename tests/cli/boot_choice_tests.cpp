#include "cli/boot_choice.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

const std::string kId = "b6c0a1d2e3f405162738495a6b7c8d41";

struct Row {
  std::string text;
  std::optional<BootChoice> expected;
};

}  // namespace

TEST_CASE("the argument of -b is read as journalctl reads it") {
  const std::vector<Row> rows = {
      {"", BootChoice{}},
      {"0", BootChoice{}},
      {"-0", BootChoice{}},
      {"-1", BootChoice{.offset = -1}},
      {"+2", BootChoice{.offset = 2}},
      {"2", BootChoice{.offset = 2}},
      {"all", BootChoice{.all = true}},
      {kId, BootChoice{.id = kId}},
      {"B6C0A1D2E3F405162738495A6B7C8D41", BootChoice{.id = kId}},
      {"b6c0a1d2-e3f4-0516-2738-495a6b7c8d41", BootChoice{.id = kId}},
      {kId + "-1", BootChoice{.id = kId, .offset = -1}},
      {kId + "+3", BootChoice{.id = kId, .offset = 3}},
      {"b6c0a1d2-e3f4-0516-2738-495a6b7c8d41-2", BootChoice{.id = kId, .offset = -2}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_boot(row.text) == row.expected);
  }
}

TEST_CASE("what is no boot is refused") {
  for (const std::string text : {"mysqld", "-", "+", "+-1", "--1", "1x", "-1.5", "ALL", " 1", "99999999999999999999",
                                 "b6c0a1d2e3f405162738495a6b7c8d4", "b6c0a1d2e3f405162738495a6b7c8d411",
                                 "b6c0a1d2e3f405162738495a6b7c8d41-", "g6c0a1d2e3f405162738495a6b7c8d41",
                                 "b6c0a1d2-e3f4-0516-2738-495a6b7c8d4", "b6c0a1d2xe3f4-0516-2738-495a6b7c8d41"}) {
    CAPTURE(text);
    CHECK(parse_boot(text) == std::nullopt);
  }
}

TEST_CASE("the word after a lone -b is its argument only if it can be nothing else") {
  for (const std::string word : {"-1", "+2", "0", "all", "b6c0a1d2e3f405162738495a6b7c8d41", "-12"}) {
    CAPTURE(word);
    CHECK(looks_like_boot(word));
  }
  // "1234" may be a PID, "cafe" the beginning of an incident's id, "-a" another option.
  for (const std::string word : {"", "1", "1234", "mysqld", "cafe", "-a", "-", "--", "all.log", "kern.log"}) {
    CAPTURE(word);
    CHECK_FALSE(looks_like_boot(word));
  }
}
