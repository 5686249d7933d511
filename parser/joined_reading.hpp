// Which of several ways to put two pieces of a line together is the right one, told by what the whole then says.
#pragma once

#include <cstddef>
#include <string_view>

#include "parser/grammar.hpp"

namespace oomwhy {

// How many figures the fact holds: of two readings of a line that never becomes whole, the richer one.
std::size_t content_of(const Fact& fact);

// A task table's header in which every column is one that kernels have: it was broken inside of a column's name.
bool is_header_without_gap(std::string_view joined);

// A thread group's leader, as every row of a table is since 2.6.36: its tgid is its pid. A number that was taken apart
// gives another one.
bool is_leaders_row(std::string_view joined, const TaskTableLayout& layout);

}  // namespace oomwhy
