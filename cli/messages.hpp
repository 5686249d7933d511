// What goes to standard error: errors as "oomwhy: what: why" with one line of what to try, and notes.
#pragma once

#include <string>
#include <string_view>

#include "parser/diagnostic.hpp"

namespace oomwhy {

// Two lines; names in it may be hostile and are escaped.
std::string format_error(const Error& error);
void print_error(const Error& error);
void print_note(std::string_view text);

}  // namespace oomwhy
