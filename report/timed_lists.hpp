// Things that were said, found again by what they are about, by machine and by time, without looking at the others.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <unordered_map>
#include <vector>

#include "parser/event.hpp"
#include "report/clock_set.hpp"
#include "report/machine_keys.hpp"

namespace oomwhy {

// From `before` microseconds ahead of `from` to `after` behind `to`.
struct TimeWindow {
  static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
  const Time& from;
  const Time& to;
  std::int64_t before = 0, after = 0;  // negative: the window begins behind `from`, or ends ahead of `to`
};

class TimedLists {
 public:
  struct Entry {
    std::int64_t at = 0;      // microseconds on the list's clock
    std::uint32_t index = 0;  // the caller's own
  };
  using List = std::vector<Entry>;  // in order of time, then of index
  struct Stretch {
    const List* list = nullptr;
    std::size_t begin = 0, end = 0;  // positions in the list
  };

  // What a thing is about is the caller's own number. A thing whose time is not known is never found.
  void add(std::uint64_t subject, const Machine& machine, const Time& time, std::uint32_t index);
  // Once, behind the last add() and before the first find().
  void sort();

  void visit(const std::function<void(std::uint64_t subject, const List& list)>& visitor) const;

  // Everything about the subject that may be of the machine and lies in the window, each thing once. Where the ends of
  // a window are known on different clocks the stretches hold more: what is found has to be compared once again.
  std::vector<Stretch> find(std::uint64_t subject, const Machine& machine, const TimeWindow& window) const;

 private:
  // Things that are known on the same clocks stand together: another time is compared with all of them by one clock.
  struct Key {
    std::uint64_t subject = 0;
    MachineKey machine = 0;
    ClockSet clocks = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  using ByClock = std::array<List, kClocks>;

  MachineKeys machines_;
  std::unordered_map<Key, ByClock, KeyHash> lists_;
  std::array<bool, kClockSets> occurs_{};
};

}  // namespace oomwhy
