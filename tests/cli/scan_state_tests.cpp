#include "cli/scan_state.hpp"

#include <catch2/catch.hpp>

using namespace oomwhy;

namespace {

ScanState sample() {
  ScanState state;
  state.finished_us = 1700000000'000000;
  SourceState log;
  log.log = LogPosition{.file = "kern.log", .inode = 7, .head = {12, "abc"}, .offset = 99, .lines = 3};
  log.changed_us = 5;
  log.told_again = {"Missed 3 kernel messages"};
  state.sources["kern.log"] = log;
  SourceState journal;
  journal.journal = JournalPosition{.after_us = 42, .cursor = "s=1;i=2"};
  state.sources["journal"] = journal;
  state.done = {"a", "b"};
  state.known["host|x"] = {.first_us = 1, .last_us = 2, .count = 3};
  state.totals.incidents[{"host", "kernel"}] = 4;
  state.totals.victim_kills["a.service"] = 5;
  state.totals.last_incident_us["host"] = 6;
  state.totals.missed_kernel_messages = 7;
  return state;
}

}  // namespace

TEST_CASE("a state comes back as it was written") {
  const auto back = parse_state(write_state(sample()));
  REQUIRE(back);
  CHECK(back->finished_us == 1700000000'000000);
  CHECK(back->sources.at("kern.log").log == sample().sources["kern.log"].log);
  CHECK(back->sources.at("kern.log").told_again == std::vector<std::string>{"Missed 3 kernel messages"});
  CHECK(back->sources.at("journal").journal->after_us == 42);
  CHECK(back->sources.at("journal").journal->cursor == "s=1;i=2");
  CHECK(back->done == std::deque<std::string>{"a", "b"});
  CHECK(back->known.at("host|x").count == 3);
  CHECK(back->totals == sample().totals);
}

TEST_CASE("no beginning of a state is a state") {
  const std::string whole = write_state(sample());
  // The last character is a newline.
  for (std::size_t size = 0; size + 1 < whole.size(); ++size) CHECK_FALSE(parse_state(whole.substr(0, size)));
}

TEST_CASE("a state of another version is none") {
  std::string text = write_state(sample());
  text.replace(text.find("oomwhy-scan/1"), 13, "oomwhy-scan/2");
  CHECK_FALSE(parse_state(text));
}

TEST_CASE("a state with a number that is none of ours is none") {
  ScanState state;
  state.finished_us = 1234567;
  for (const char* number : {"1.5", "1e3", "99999999999999999992", "-99999999999999999992"}) {
    std::string text = write_state(state);
    text.replace(text.find("1234567"), 7, number);
    CHECK_FALSE(parse_state(text));
  }
}

TEST_CASE("a file name that is no UTF-8 does not keep a state from being written") {
  ScanState state;
  state.sources["kern\xff.log"] = {};
  CHECK(parse_state(write_state(state)));
}

TEST_CASE("the oldest are forgotten first") {
  ScanState state;
  for (int i = 0; i < 30'000; ++i) state.done.push_back(std::to_string(i));
  for (int i = 0; i < 6'000; ++i) state.known[std::to_string(i)] = {.first_us = i, .last_us = i, .count = 1};
  forget_the_oldest(state);
  CHECK(state.done.front() == "10000");
  CHECK(state.known.size() == 5'000);
  CHECK_FALSE(state.known.contains("0"));
  CHECK(state.known.contains("5999"));
}
