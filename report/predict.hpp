// Whom the kernel would choose, where nothing else of score() is asked for: no row's score is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "parser/event.hpp"

namespace oomwhy {

// score(event, tasks).choice.predicted_pid: `tasks` replaces the event's table. Absent: nothing can be predicted, or no
// task may be killed. Linear in the rows.
std::optional<std::uint32_t> predict(const OomEvent& event, const std::vector<Task>& tasks);

}  // namespace oomwhy
