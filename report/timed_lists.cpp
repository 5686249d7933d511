#include "report/timed_lists.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>

namespace oomwhy {
namespace {

using Entry = TimedLists::Entry;

// Stops at the ends of what can be counted.
std::int64_t shifted(std::int64_t time, std::int64_t by) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(time, by, &sum)) return sum;
  return by < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

// The last moment of the window on the clock by which things with these clocks are compared with its beginning.
std::int64_t end_of(const TimeWindow& window, ClockSet clocks, std::size_t clock) {
  const auto end_clock = common_clock(clocks, clocks_of(window.to));
  if (end_clock && *end_clock != clock) return std::numeric_limits<std::int64_t>::max();
  const std::int64_t begin = *on_clock(window.from, clock);
  const std::int64_t end = end_clock ? *on_clock(window.to, clock) : begin;
  if (window.after < 0) return shifted(end, window.after);
  // A clock that was set back may put the end ahead of the beginning: what came before that stays in the window.
  return std::max(shifted(end, window.after), shifted(begin, -1));
}

TimedLists::Stretch between(const TimedLists::List& list, std::int64_t from, std::int64_t to) {
  const auto begin = std::lower_bound(list.begin(), list.end(), from,
                                      [](const Entry& entry, std::int64_t at) { return entry.at < at; });
  const auto end =
      std::upper_bound(begin, list.end(), to, [](std::int64_t at, const Entry& entry) { return at < entry.at; });
  return {&list, static_cast<std::size_t>(begin - list.begin()), static_cast<std::size_t>(end - list.begin())};
}

}  // namespace

std::size_t TimedLists::KeyHash::operator()(const Key& key) const {
  return std::hash<std::uint64_t>{}(mixed(mixed(key.subject, key.machine), key.clocks));
}

void TimedLists::add(std::uint64_t subject, const Machine& machine, const Time& time, std::uint32_t index) {
  const ClockSet clocks = clocks_of(time);
  occurs_[clocks] = true;
  for (const MachineKey key : machines_.filed_under(machine)) {
    ByClock& lists = lists_[{subject, key, clocks}];
    for (std::size_t clock = 0; clock < kClocks; ++clock) {
      if (const auto at = on_clock(time, clock)) lists[clock].push_back({*at, index});
    }
  }
}

void TimedLists::sort() {
  for (auto& [key, lists] : lists_) {
    for (List& list : lists) {
      std::sort(list.begin(), list.end(),
                [](const Entry& a, const Entry& b) { return std::tie(a.at, a.index) < std::tie(b.at, b.index); });
    }
  }
}

void TimedLists::visit(const std::function<void(std::uint64_t, const List&)>& visitor) const {
  for (const auto& [key, lists] : lists_) {
    for (const List& list : lists) visitor(key.subject, list);
  }
}

std::vector<TimedLists::Stretch> TimedLists::find(std::uint64_t subject, const Machine& machine,
                                                  const TimeWindow& window) const {
  std::vector<Stretch> found;
  const auto keys = machines_.looked_up(machine);
  for (ClockSet clocks = 1; clocks < kClockSets; ++clocks) {
    const auto clock = common_clock(clocks, clocks_of(window.from));
    if (!occurs_[clocks] || !clock) continue;
    const std::int64_t from = window.before == TimeWindow::kUnlimited
                                  ? std::numeric_limits<std::int64_t>::min()
                                  : shifted(*on_clock(window.from, *clock), -window.before);
    const std::int64_t to = end_of(window, clocks, *clock);
    for (const MachineKey key : keys) {
      const auto lists = lists_.find({subject, key, clocks});
      if (lists == lists_.end()) continue;
      const Stretch stretch = between(lists->second[*clock], from, to);
      if (stretch.begin < stretch.end) found.push_back(stretch);
    }
  }
  return found;
}

}  // namespace oomwhy
