// What a unit of an incident is like at the moment: known only on the running boot of the host that it happened on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "parser/event.hpp"
#include "parser/units.hpp"

namespace oomwhy {

struct UnitNow {
  std::string unit;
  std::size_t processes = 0;           // in its cgroup and those below; 0: it is down
  std::optional<Time> since;           // the start of the oldest of them
  std::optional<Bytes> memory;         // charged to its cgroup
  std::optional<Bytes> limit;          // its own; absent: unlimited, or not known
  std::optional<bool> unlimited = {};  // absent: not known

  bool is_up() const { return processes > 0; }
};

}  // namespace oomwhy
