// Every OOMScoreAdjust that is advised, over the test data and the captures, proven by trying: the point at which the
// choice flips, the point before it, the value with its margin, and for some every value there is.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "report/advice_target.hpp"
#include "report/pid_set.hpp"
#include "report/what_if.hpp"
#include "tests/report/captured.hpp"
#include "tests/report/case_inputs.hpp"
#include "tests/report/make_case.hpp"

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

// An advised OOMScoreAdjust with the tasks that it is for.
struct Bias {
  const OomEvent& event;
  std::vector<std::uint32_t> pids;
  bool offers = false;  // else it spares
  int flips_at = 0, value = 0;
};

// Tried on the table itself, not by the search that found it. Absent: nobody could be chosen.
std::optional<bool> is_one_of_them_chosen(const Bias& bias, int adj) {
  std::vector<Task> tasks = bias.event.tasks;
  set_adj(tasks, PidSet(bias.pids), adj);
  const auto chosen = score(bias.event, tasks).choice.predicted_pid;
  if (!chosen) return std::nullopt;
  return std::find(bias.pids.begin(), bias.pids.end(), *chosen) != bias.pids.end();
}

bool flips(const Bias& bias, int adj) { return is_one_of_them_chosen(bias, adj) == std::optional<bool>(bias.offers); }

std::vector<std::uint32_t> pids_of_name(const OomEvent& event, const Victim& victim) {
  const auto own =
      std::find_if(event.tasks.begin(), event.tasks.end(), [&](const Task& t) { return t.pid == victim.pid; });
  std::vector<std::uint32_t> pids;
  for (const Task& task : event.tasks) {
    if (own != event.tasks.end() && task.comm == own->comm && task.uid == own->uid) pids.push_back(task.pid);
  }
  return pids;
}

std::vector<Bias> biases_of(const Incident& incident) {
  std::vector<Bias> biases;
  for (const Advice& advice : incident.advice) {
    if (!advice.flips_at) continue;
    const OomEvent& event = struck_event(incident)->event;
    const bool offers = advice.reason.starts_with("offers");
    biases.push_back({.event = event,
                      .pids = offers ? incident.cause.pids : pids_of_name(event, event.victims.front()),
                      .offers = offers,
                      .flips_at = static_cast<int>(*advice.flips_at),
                      .value = std::stoi(advice.value)});
  }
  return biases;
}

void check_edge(const Bias& bias) {
  const int one_less = bias.offers ? bias.flips_at - 1 : bias.flips_at + 1;
  CHECK(flips(bias, bias.flips_at));
  CHECK_FALSE(flips(bias, one_less));
  CHECK(flips(bias, bias.value));
  CHECK((bias.offers ? bias.value >= bias.flips_at : bias.value <= bias.flips_at));
}

// From -999 to 1000 the choice flips once, and there.
void check_every_value(const Bias& bias) {
  int wrong = 0;
  for (int adj = -999; adj <= 1000; ++adj) {
    wrong += flips(bias, adj) == (bias.offers ? adj >= bias.flips_at : adj <= bias.flips_at) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

struct Tried {
  std::size_t offers = 0, spares = 0, in_full = 0;
};

// Every n-th is tried in full: the whole range of all of them would take minutes.
void try_file(const fs::path& path, std::size_t every, Tried& tried) {
  const Document document = analyse(std::vector<InputSummary>{}, read_events(path.string()));
  for (const Incident& incident : document.incidents) {
    for (const Bias& bias : biases_of(incident)) {
      CAPTURE(path.string(), incident.id, bias.offers, bias.flips_at, bias.value);
      check_edge(bias);
      const std::size_t number = (bias.offers ? tried.offers : tried.spares)++;
      if (number % every != 0) continue;
      check_every_value(bias);
      ++tried.in_full;
    }
  }
}

// Not only what is advised: the victim of each report spared, and the task behind it offered.
void try_every_choice(const fs::path& path, Tried& tried) {
  for (const OomEvent& event : read_events(path.string())) {
    const Choice choice = score(event).choice;
    if (!choice.predicted_pid || !choice.runner_up_pid) continue;
    CAPTURE(path.string(), event.origin.line);
    if (const auto spare = adj_that_spares(event, *choice.predicted_pid)) {
      check_edge({event, {*choice.predicted_pid}, false, *spare, *spare});
      ++tried.spares;
    }
    if (const auto offer = adj_that_offers(event, *choice.runner_up_pid)) {
      check_edge({event, {*choice.runner_up_pid}, true, *offer, *offer});
      ++tried.offers;
    }
  }
}

std::string in_words(const Tried& tried) {
  return fmt::format(
      "OOMScoreAdjust tried: {} that offer the cause, {} that spare the victim, {} of them at all of "
      "-999 to 1000\n",
      tried.offers, tried.spares, tried.in_full);
}

bool is_limit(const Advice& advice) { return advice.setting == "MemoryMax" || advice.setting == "--memory"; }

// The same choice as the one at hand, with many kinds of numbers.
OomEvent two_of(std::uint64_t victims_pages, std::uint64_t causes_pages, int victims_adj, int causes_adj) {
  return with_own_anon(host_of_16_gib({row(812, 110, victims_pages, 12 << 20, 0, victims_adj, "mariadbd"),
                                       row(900, 0, causes_pages, 10 << 20, 7, causes_adj, "java")},
                                      812));
}

}  // namespace

TEST_CASE("advised adjustments of the test data flip the choice at the point that is named") {
  Tried tried;
  for (const fs::path& folder : case_folders()) try_file(fullest_input(folder), 1, tried);
  fmt::print("{}", in_words(tried));
  CHECK(tried.offers > 0);
  CHECK(tried.spares > 0);
}

TEST_CASE("advised adjustments of the captures flip the choice at the point that is named") {
  if (capture_folders().empty()) {
    WARN("OOMWHY_CAPTURES is not set: no adjustment was tried on a capture");
    return;
  }
  Tried tried;
  for (const fs::path& folder : capture_folders()) try_file(complete_log(folder), 8, tried);
  fmt::print("{}", in_words(tried));
  CHECK(tried.offers > 0);
  CHECK(tried.spares > 0);
}

TEST_CASE("for every choice of the captures the smallest change that flips it is found") {
  if (capture_folders().empty()) {
    WARN("OOMWHY_CAPTURES is not set: no choice of a capture was flipped");
    return;
  }
  Tried tried;
  for (const fs::path& folder : capture_folders()) try_every_choice(complete_log(folder), tried);
  fmt::print("choices flipped: {} by an offer, {} by sparing\n", tried.offers, tried.spares);
  CHECK(tried.offers > 0);
  CHECK(tried.spares > 0);
}

TEST_CASE("the smallest change is the smallest, by every value there is") {
  struct Case {
    std::uint64_t victim, cause;
    int victims_adj, causes_adj;
  };
  // By hand for the first: one point is 4128 pages; 100 pages behind are one point, 41280 are ten, and one more as an
  // equal score does not win for sure.
  for (const Case& c : {Case{1000100, 1000000, 0, 0}, Case{1041280, 1000000, 0, 0}, Case{1000000, 1000000, 5, 0},
                        Case{7 * kGiB, 20 * kMiB, 0, 0}, Case{kGiB, 3 * kGiB, 0, -500}, Case{50, 40, 900, -900}}) {
    const OomEvent event = two_of(c.victim, c.cause, c.victims_adj, c.causes_adj);
    CAPTURE(c.victim, c.cause, c.victims_adj, c.causes_adj);
    REQUIRE(score(event).choice.predicted_pid == 812U);
    const std::optional<int> offer = adj_that_offers(event, 900), spare = adj_that_spares(event, 812);
    REQUIRE(offer);
    check_every_value({event, {900}, true, *offer, *offer});
    if (spare) check_every_value({event, {812}, false, *spare, *spare});
  }
  CHECK(adj_that_offers(two_of(1000100, 1000000, 0, 0), 900) == 1);
  CHECK(adj_that_spares(two_of(1000100, 1000000, 0, 0), 812) == -1);
}

TEST_CASE("sparing a victim is proposed only where the cause is taken before it") {
  // By hand, one point is 4128 pages: the helper's 1 GiB, 262144 pages, takes the kill from the database's 2 GiB once
  // those have -64 or less; -90 with the margin, 152768. A leak of 12 GiB is 3145728 - 900 x 4128 = -569472 at -900, so
  // it is taken last, and 256128 at -700, between the two.
  const auto advised = [](int leaks_adj) {
    const OomEvent event = with_own_anon(host_of_16_gib(
        {row(812, 110, 2 * kGiB, 1 << 20, 0, 0, "mariadbd"),
         row(900, 0, 12 * kGiB, 1 << 20, 0, leaks_adj, "metrics-agent"), row(901, 0, kGiB, 1 << 20, 0, 0, "helper")},
        812));
    const Document document = analyse(std::vector<InputSummary>{}, {event});
    const std::vector<Advice>& all = document.incidents.at(0).advice;
    const auto found = std::find_if(all.begin(), all.end(), [](const Advice& advice) {
      return advice.action == AdviceAction::Set && advice.reason.starts_with("spares the victim");
    });
    REQUIRE(found != all.end());
    return *found;
  };
  const Advice behind = advised(-900);
  CHECK_FALSE(behind.proposed);
  CHECK(behind.gate.find("metrics-agent is taken after it, and the 1 that are taken before free at most 1.0 GiB") !=
        std::string::npos);
  CHECK(advised(-700).proposed);
}

TEST_CASE("who died first for another's doing is advised for, though the cause itself was killed after it") {
  std::vector<Task> tasks = {row(812, 110, 4 * kGiB, 1 << 20, 0, 0, "mariadbd")};
  for (std::uint32_t pid = 900; pid < 912; ++pid) tasks.push_back(row(pid, 33, kGiB - pid, 1 << 20, 0, 0, "php"));
  const OomEvent first = with_own_anon(host_of_16_gib(tasks, 812));
  tasks.erase(tasks.begin());
  OomEvent second = with_own_anon(host_of_16_gib(tasks, 900));
  second.origin.line = 110;
  const Document document = analyse(std::vector<InputSummary>{}, {first, second});
  REQUIRE(document.incidents.size() == 1);
  const std::vector<Advice>& all = document.incidents.front().advice;
  CHECK(std::any_of(all.begin(), all.end(), [](const Advice& advice) {
    return advice.target == "mariadbd.service" && advice.setting == "OOMScoreAdjust" && advice.proposed;
  }));
}

TEST_CASE("where no value changes the choice none is named") {
  // 15 GiB against 10 pages: -999 leaves the larger one with its 999 thousandths less, which is below nothing, and the
  // other one is weighed by its own few pages.
  OomEvent event = two_of(1000000, 1000, 0, -1000);
  CHECK(adj_that_spares(event, 812) == std::nullopt);  // nobody else may be killed
  event = two_of(1000000, 1000, 0, 0);
  event.message = KillMessage::AllocatingTask;
  CHECK(adj_that_spares(event, 812) == std::nullopt);  // the score is not asked
  CHECK(adj_that_offers(event, 900) == std::nullopt);
}

TEST_CASE("a score or limit that is proposed carries its replay, and so does a limit that contains a cause") {
  for (const fs::path& folder : case_folders()) {
    const Document document = analyse(std::vector<InputSummary>{}, read_events(fullest_input(folder).string()));
    for (const Incident& incident : document.incidents) {
      for (const Advice& advice : incident.advice) {
        CAPTURE(folder.string(), advice.setting, advice.value, advice.gate);
        const bool contains = is_limit(advice) && advice.reason.find("killed inside") != std::string::npos;
        if (advice.flips_at || (is_limit(advice) && advice.proposed)) CHECK(advice.replay);
        // Without a table, or by rules that need more than it has, nothing can be replayed.
        const bool replayable = score(incident.events[incident.telling_event].event).choice.predicted_pid.has_value();
        if (contains) CHECK(advice.replay.has_value() == replayable);
      }
    }
  }
}
