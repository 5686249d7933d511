// The choice predicted for every whole report of the test data and of the captures, held against the kernel's own.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "report/badness.hpp"
#include "report/event_id.hpp"
#include "report/recent_victims.hpp"
#include "report/spelling.hpp"
#include "tests/report/captured.hpp"
#include "tests/report/case_inputs.hpp"

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

bool is_complete_kill(const OomEvent& event) {
  return event.completeness.grade == Grade::A && event.outcome == Outcome::Killed && !event.tasks.empty();
}

bool names_a_victim(const OomEvent& event, std::optional<std::uint32_t> pid) {
  return pid && std::any_of(event.victims.begin(), event.victims.end(),
                            [pid](const Victim& victim) { return victim.pid == *pid; });
}

struct Tally {
  std::size_t reports = 0, predicted = 0, same = 0, explained = 0, other = 0;
  std::map<std::string_view, std::size_t> deviations;
};

void count(const OomEvent& event, const Choice& choice, Tally& tally) {
  if (!is_complete_kill(event)) return;
  ++tally.reports;
  if (choice.predicted_pid) ++tally.predicted;
  if (choice.deviation) ++tally.deviations[spell(*choice.deviation)];
  if (names_a_victim(event, choice.predicted_pid)) {
    ++tally.same;
  } else if (choice.deviation && choice.deviation != Deviation::Unknown) {
    ++tally.explained;
  } else if (choice.predicted_pid) {
    ++tally.other;
  }
}

std::string in_words(const Tally& tally) {
  std::string text = fmt::format("{:>5} {:>9} {:>13} {:>9} {:>5}", tally.reports, tally.predicted, tally.same,
                                 tally.explained, tally.other);
  for (const auto& [name, times] : tally.deviations) text += fmt::format("  {} x {}", times, name);
  return text;
}

}  // namespace

TEST_CASE("the predicted victim is the real one, or a rule says why not, in every spelling of the test data") {
  for (const fs::path& folder : case_folders()) {
    for (const fs::path& input : spellings_of(folder)) {
      for (const OomEvent& event : read_events(input.string())) {
        if (!is_complete_kill(event)) continue;
        const Choice choice = score(event).choice;
        if (!choice.predicted_pid) continue;  // before 3.6 a table has not all that counts
        CAPTURE(input.string(), event.origin.line, *choice.predicted_pid, choice.explanation);
        const bool explained = choice.deviation && *choice.deviation != Deviation::Unknown;
        CHECK((names_a_victim(event, choice.predicted_pid) || explained));
        CHECK(choice.agrees != false);
      }
    }
  }
}

TEST_CASE("a score that a kernel printed is the score that is recomputed, give or take one while sizes move") {
  std::size_t printed = 0;
  for (const fs::path& folder : case_folders()) {
    for (const fs::path& input : spellings_of(folder)) {
      for (const OomEvent& event : read_events(input.string())) {
        const auto recomputed = score(event).choice.recomputed_score;
        const auto stated = event.chosen            ? event.chosen->score
                            : event.victims.empty() ? std::nullopt
                                                    : event.victims.front().score;
        if (!recomputed || !stated) continue;
        ++printed;
        CAPTURE(input.string(), *stated, *recomputed);
        CHECK(std::abs(*recomputed - *stated) <= 1);
      }
    }
  }
  CHECK(printed > 0);
}

// Where a form hides a kill line (journalctl's "[79B blob data]"), nothing that all forms have is left to go by.
TEST_CASE("all spellings of a kill carry one id") {
  for (const fs::path& folder : case_folders()) {
    const auto inputs = spellings_of(folder);
    const fs::path whole = folder / "input.kmsg.txt";  // the form that loses nothing
    if (!fs::exists(whole)) continue;
    std::set<std::string> known;
    for (const OomEvent& event : read_events(whole.string())) known.insert(event_id(event));
    for (const fs::path& input : inputs) {
      for (const OomEvent& event : read_events(input.string())) {
        if (event.victims.empty()) continue;
        CAPTURE(input.string(), event.origin.line);
        CHECK(known.count(event_id(event)) == 1);
      }
    }
  }
}

TEST_CASE("published logs: what is predicted happened, and printed scores are reproduced") {
  const char* const root = std::getenv("OOMWHY_REAL_LOGS");
  if (root == nullptr) {
    WARN("OOMWHY_REAL_LOGS is not set: nothing was held against published logs");
    return;
  }
  std::size_t held = 0;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".log") continue;
    for (const OomEvent& event : read_events(entry.path().string())) {
      const Choice choice = score(event).choice;
      CAPTURE(entry.path().filename().string(), event.origin.line, choice.explanation);
      if (is_complete_kill(event) && choice.predicted_pid) {
        ++held;
        CHECK(names_a_victim(event, choice.predicted_pid));
      }
      if (choice.recomputed_score && !event.chosen) {
        ++held;
        CHECK(std::abs(*choice.recomputed_score - *event.victims.front().score) <= 1);
      }
    }
  }
  CHECK(held > 0);
}

namespace {

constexpr std::string_view kColumns = "whole predicted as-the-kernel explained other";

Tally tally_of(const std::string& log) {
  Tally tally;
  RecentVictims recent;
  for (const OomEvent& event : read_events(log)) {
    const Choice choice = score(event, recent.before(event)).choice;
    recent.remember(event);
    count(event, choice, tally);
  }
  return tally;
}

void add(const Tally& one, Tally& all) {
  all.reports += one.reports;
  all.predicted += one.predicted;
  all.same += one.same;
  all.explained += one.explained;
  all.other += one.other;
  for (const auto& [name, times] : one.deviations) all.deviations[name] += times;
}

// One row of the table; logs without a whole report have none.
void add_row(const std::string& name, const std::string& log, std::string& table, Tally& all) {
  const Tally tally = tally_of(log);
  if (tally.reports == 0) return;
  table += fmt::format("{:<52} {}\n", name, in_words(tally));
  CAPTURE(name);
  CHECK(tally.other == 0);
  add(tally, all);
}

}  // namespace

TEST_CASE("table of agreement over the test data", "[table]") {
  std::string table = fmt::format("{:<52} {}\n", "case", kColumns);
  Tally all;
  for (const fs::path& folder : case_folders()) {
    add_row(folder.filename().string(), fullest_input(folder).string(), table, all);
  }
  fmt::print("{}{:<52} {}\n\n", table, "all cases", in_words(all));
  CHECK(all.same + all.explained == all.predicted);
}

TEST_CASE("table of agreement over the captures", "[table]") {
  const auto folders = capture_folders();
  if (folders.empty()) {
    WARN("OOMWHY_CAPTURES is not set: nothing was held against captures");
    return;
  }
  std::string table = fmt::format("{:<52} {}\n", "capture", kColumns);
  Tally all;
  for (const fs::path& folder : folders) {
    add_row(folder.parent_path().filename().string() + " " + folder.filename().string(), complete_log(folder), table,
            all);
  }
  fmt::print("{}{:<52} {}\n\n", table, "all captures", in_words(all));
  CHECK(all.predicted == all.reports);
}
