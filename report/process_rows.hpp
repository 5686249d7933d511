// Which rows of a task table stand for its processes.
#pragma once

#include <cstddef>
#include <vector>

#include "parser/event.hpp"

namespace oomwhy {

// Indices into OomEvent::tasks, one for each process. The tables of 2.6.25 to 2.6.27 list threads: one row for each
// process is enough, they share what they hold.
std::vector<std::size_t> process_rows(const OomEvent& event);

}  // namespace oomwhy
