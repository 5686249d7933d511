// Waits at the end of a journal for entries that tell of a kill. What they tell is for read_journal().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "parser/diagnostic.hpp"
#include "parser/source_journal.hpp"

namespace oomwhy {

class JournalAlarm {
 public:
  // Entries from `since_us` on (realtime, UTC) count as new. Error: the journal cannot be opened or not be watched.
  static Result<JournalAlarm> open(const JournalLocation& location, std::int64_t since_us);
  JournalAlarm(JournalAlarm&&) noexcept;
  JournalAlarm& operator=(JournalAlarm&&) noexcept;
  ~JournalAlarm();

  // For poll(2). It need not tell of everything on a network's file system: absent, or how long to wait at most.
  int descriptor() const;
  short events() const;
  std::optional<std::int64_t> patience_us() const;

  struct News {
    bool kill = false;
    bool files_changed = false;  // journal files came or went: rotated, or vacuumed
  };
  // Looks at the entries that came since the last call.
  News take();

 private:
  struct State;
  explicit JournalAlarm(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace oomwhy
