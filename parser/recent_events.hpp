// Events that are over but not yet handed on: the oom_reaper speaks of a victim seconds after its report, a second copy
// of the log may hold more of one, and events leave in the order in which they began.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>

#include "parser/event.hpp"
#include "parser/event_copies.hpp"
#include "parser/log_line.hpp"

namespace oomwhy {

class RecentEvents {
 public:
  explicit RecentEvents(std::function<void(OomEvent)> hand_on) : hand_on_(std::move(hand_on)) {}

  // Keeps the event, unless it is a copy of an earlier one. Of two copies the more complete one is kept.
  void keep(OomEvent event);
  // The oom_reaper's word, of the writer whose event it is; false: no event has the victim.
  bool reap(std::uint32_t pid, bool reaped, const LogLine& line);
  // Boots that were counted apart are one.
  void rejoin_boots(std::uint32_t from, std::uint32_t to);

  // Hands on what is older than the window, nothing that began behind `first_open_line`.
  void release(std::uint64_t first_open_line);
  void release_all();
  bool empty() const { return events_.empty(); }

 private:
  bool replace_copy(OomEvent& event);

  std::function<void(OomEvent)> hand_on_;
  std::deque<OomEvent> events_;
  EventCopies copies_;
  std::size_t tasks_ = 0;  // of all events that are kept
};

}  // namespace oomwhy
