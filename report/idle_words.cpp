#include "report/idle_words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "report/cgroup_path.hpp"
#include "report/clock_set.hpp"
#include "report/incident.hpp"
#include "report/moment.hpp"
#include "report/other_kills.hpp"
#include "report/userland_incidents.hpp"

namespace oomwhy {
namespace {

// Wider than what joins an incident: a report comes when its last line was read, behind words that were said after it.
constexpr std::int64_t kBefore = kSameIncident + std::int64_t{300} * 1'000'000;
constexpr std::int64_t kAfter = kAftermath + kBefore;
constexpr std::int64_t kDay = std::int64_t{24} * 3600 * 1'000'000;

constexpr std::size_t kLatest = 4096;      // words that a kill may still follow
constexpr std::size_t kRuns = 64;          // sizes of one unit's earlier runs
constexpr std::size_t kMostOfUnit = 1024;  // words of one unit near its kills in one day: a crash loop repeats itself

// When something was killed, on each clock.
class KillTimes {
 public:
  void add(const Time& time) {
    for (std::size_t clock = 0; clock < kClocks; ++clock) {
      if (const auto& us = on_clock(time, clock)) times_[clock].push_back(*us);
    }
  }

  void sort() {
    for (auto& times : times_) std::sort(times.begin(), times.end());
  }

  // A kill at most `before` after `time`, or at most `after` before it, by any clock that both have.
  bool has_near(const Time& time, std::int64_t before, std::int64_t after) const {
    for (std::size_t clock = 0; clock < kClocks; ++clock) {
      const auto& us = on_clock(time, clock);
      if (!us) continue;
      const auto is_long_before = [&](std::int64_t kill, std::int64_t then) {
        const auto span = difference(kill, then);
        return kill < then && (!span || *span > after);
      };
      const std::vector<std::int64_t>& times = times_[clock];
      const auto kill = std::lower_bound(times.begin(), times.end(), *us, is_long_before);
      if (kill == times.end()) continue;
      const auto ahead = difference(*us, *kill);
      if (ahead && *ahead <= before) return true;
    }
    return false;
  }

 private:
  std::array<std::vector<std::int64_t>, kClocks> times_;
};

class Kills {
 public:
  Kills(const std::vector<UserlandEvent>& words, const std::vector<AnalysedEvent>& events) {
    for (const AnalysedEvent& event : events) {
      all_.add(event.event.time);
      for (const IncidentVictim& victim : victims_of(event)) {
        if (victim.unit) of_unit_[*victim.unit].add(event.event.time);
      }
    }
    for (const UserlandEvent& word : words) {
      if (tells_of_kill(word.fact)) add(word);
    }
    all_.sort();
    for (auto& [unit, times] : of_unit_) times.sort();
  }

  bool is_near(const Time& time) const { return all_.has_near(time, kBefore, kBefore); }
  bool is_near(const Time& time, const std::string& unit) const {
    const auto found = of_unit_.find(unit);
    return found != of_unit_.end() && found->second.has_near(time, kBefore, kAfter);
  }

 private:
  void add(const UserlandEvent& word) {
    all_.add(word.time);
    if (const auto* message = unit_message(word)) of_unit_[message->unit].add(word.time);
    const auto* kill = std::get_if<UserspaceKill>(&word.fact);
    if (kill == nullptr || !kill->cgroup) return;
    if (const auto unit = identify_cgroup(*kill->cgroup).unit) of_unit_[*unit].add(word.time);
  }

  KillTimes all_;
  std::map<std::string, KillTimes> of_unit_;
};

// Decides from the last word back to the first.
class Sieve {
 public:
  Sieve(const std::vector<UserlandEvent>& words, const std::vector<AnalysedEvent>& events)
      : kills_(words, events), newest_(words.back().time), largest_(largest_runs(words)) {}

  bool stays(const UserlandEvent& word) {
    ++seen_;
    if (tells_of_kill(word.fact) || is_recent(word)) return true;
    const auto* message = unit_message(word);
    if (message == nullptr) return kills_.is_near(word.time);
    if (tells_of_signal(*message)) return true;
    if (message->word == UnitWord::Consumed && is_run_to_know(*message)) return true;
    return kills_.is_near(word.time, message->unit) && fits_in_day(word, message->unit);
  }

 private:
  static std::map<std::string, Bytes> largest_runs(const std::vector<UserlandEvent>& words) {
    std::map<std::string, Bytes> largest;
    for (const UserlandEvent& word : words) {
      const auto* message = unit_message(word);
      if (message == nullptr || !message->memory_peak) continue;
      Bytes& known = largest[message->unit];
      known = std::max(known, *message->memory_peak);
    }
    return largest;
  }

  bool is_recent(const UserlandEvent& word) const {
    const auto age = microseconds_between(word.time, newest_);
    return seen_ <= kLatest && (!age || (*age <= kBefore && *age >= -kBefore));
  }

  bool is_run_to_know(const UnitMessage& message) {
    if (!message.memory_peak) return false;
    const auto largest = largest_.find(message.unit);
    if (largest != largest_.end() && largest->second == *message.memory_peak) return largest_.erase(largest), true;
    return ++runs_[message.unit] <= kRuns;
  }

  bool fits_in_day(const UserlandEvent& word, const std::string& unit) {
    const std::int64_t day = place_of(word.time).second / kDay;
    auto& [of_day, count] = days_[unit];
    if (of_day != day) of_day = day, count = 0;
    return ++count <= kMostOfUnit;
  }

  Kills kills_;
  Time newest_;
  std::map<std::string, Bytes> largest_;
  std::size_t seen_ = 0;
  std::map<std::string, std::size_t> runs_;
  std::map<std::string, std::pair<std::int64_t, std::size_t>> days_;
};

}  // namespace

void drop_idle_words(std::vector<UserlandEvent>& words, const std::vector<AnalysedEvent>& events) {
  if (words.empty()) return;
  Sieve sieve(words, events);
  std::vector<UserlandEvent> kept;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    if (sieve.stays(*word)) kept.push_back(std::move(*word));
  }
  std::reverse(kept.begin(), kept.end());
  words = std::move(kept);
}

}  // namespace oomwhy
