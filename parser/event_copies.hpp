// Which events are copies of one another: a log that was pasted twice, or two facilities' files in one. Two kills that
// differ in any printed fact are two kills; the same pid with the same figures and no different stamp is one.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_set>

#include "parser/event.hpp"

namespace oomwhy {

// What copies of an event share, as numbers. `kill`: the first victim and its figures. `head`: the trigger and what
// tells it from the next report of the same task, for copies that are cut before their end. Absent: the event has no
// such part, or too little of it to be told from another's.
struct CopyKeys {
  std::optional<std::uint64_t> kill, head;
};
CopyKeys copy_keys(const OomEvent& event);

// Whether two events are one: the same kill, or the same head where at least one of the two has lost its kill; and no
// stamps that say otherwise.
struct CopyMark {
  CopyKeys keys;
  Time begin, end;
};
CopyMark mark_of(const OomEvent& event);
bool are_copies(const CopyMark& a, const CopyMark& b);

class EventCopies {
 public:
  // Whether `event` was seen before; it is remembered in any case.
  bool is_copy(const OomEvent& event);

 private:
  // Entries of the index in event_copies.cpp.
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace oomwhy
