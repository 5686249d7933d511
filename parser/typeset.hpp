// What editors, browsers and Markdown did to the characters of a log line on its way into a ticket: blanks that do not
// break, backslashes before marks, escape characters spelled out. Undone only where no process's name can have had it.
#pragma once

#include <string>
#include <string_view>

namespace oomwhy {

// Returns its argument when there is nothing to undo, else a view into `scratch`.
std::string_view undo_typesetting(std::string_view line, std::string& scratch);

}  // namespace oomwhy
