// Who was killed just before: such a task may still stand in the next table, dying, and is passed over by the kernel.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "parser/event.hpp"
#include "report/badness.hpp"

namespace oomwhy {

// Fed with the events of a source in their order; what another source or boot said does not count.
class RecentVictims {
 public:
  ScoringContext before(const OomEvent& event);
  void remember(const OomEvent& event);

 private:
  struct Dying {
    std::uint32_t pid = 0;
    std::optional<std::int64_t> uptime_us;
  };
  void forget_other_boots(const OomEvent& event);

  std::deque<Dying> dying_;
  std::string source_;
  std::uint32_t boot_index_ = 0;
};

}  // namespace oomwhy
