// What the terminal can show: its width, colours, characters.
#pragma once

#include <cstddef>

#include "cli/request.hpp"
#include "report/renderer.hpp"

namespace oomwhy {

bool is_terminal(int descriptor);
// Columns of standard output, else $COLUMNS, else 80; never so few that a table cannot stand.
std::size_t terminal_width();
bool wants_color(ColorMode mode);
bool locale_is_utf8();

// The style of what a person asked for. A report is the same on every machine: 80 columns, UTC, Unicode.
TextStyle choose_style(const Request& request);

}  // namespace oomwhy
