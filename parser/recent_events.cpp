#include "parser/recent_events.hpp"

#include <algorithm>

namespace oomwhy {

namespace {

constexpr std::size_t kMostEvents = 64;
constexpr std::size_t kMostTasks = 300000;

// A process can write more rows than the kernel did.
bool is_better(const OomEvent& a, const OomEvent& b) {
  const bool of_process = a.trust == Trust::Userspace;
  if (of_process != (b.trust == Trust::Userspace)) return !of_process;
  if (a.completeness.grade != b.completeness.grade) return a.completeness.grade < b.completeness.grade;
  return a.tasks.size() > b.tasks.size();
}

}  // namespace

// The copy's facts win where it has more of them.
bool RecentEvents::replace_copy(OomEvent& event) {
  const CopyMark mark = mark_of(event);
  for (OomEvent& kept : events_) {
    if (!are_copies(mark_of(kept), mark)) continue;
    if (is_better(event, kept)) {
      tasks_ += event.tasks.size() - kept.tasks.size();
      kept = std::move(event);
    }
    return true;
  }
  return false;
}

void RecentEvents::keep(OomEvent event) {
  if (copies_.is_copy(event)) {
    replace_copy(event);
    return;
  }
  tasks_ += event.tasks.size();
  const auto later = std::find_if(events_.begin(), events_.end(),
                                  [&](const OomEvent& kept) { return kept.origin.line > event.origin.line; });
  events_.insert(later, std::move(event));
}

bool RecentEvents::reap(std::uint32_t pid, bool reaped, const LogLine& line) {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
    if ((event->trust == Trust::Userspace) != (line.transport == Transport::Userspace)) continue;
    for (Victim& victim : event->victims) {
      if (victim.pid != pid) continue;
      if (reaped || !victim.reaped) victim.reaped = reaped;
      if (!reaped) event->lines.reaper_failure = line.line;
      return true;
    }
  }
  return false;
}

void RecentEvents::rejoin_boots(std::uint32_t from, std::uint32_t to) {
  for (OomEvent& event : events_) {
    if (event.boot_index == from) event.boot_index = to;
  }
}

void RecentEvents::release(std::uint64_t first_open_line) {
  while (!events_.empty() && (events_.size() > kMostEvents || tasks_ > kMostTasks) &&
         events_.front().origin.line < first_open_line) {
    tasks_ -= events_.front().tasks.size();
    hand_on_(std::move(events_.front()));
    events_.pop_front();
  }
}

void RecentEvents::release_all() {
  for (OomEvent& event : events_) hand_on_(std::move(event));
  events_.clear();
  tasks_ = 0;
}

}  // namespace oomwhy
