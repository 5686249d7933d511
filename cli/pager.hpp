// Text to standard output, through a pager where a person reads it there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// A reader that goes away early (a closed pipe, a pager that was quit) is no error.
std::optional<Error> write_output(std::string_view text, PagerMode mode);

// $SYSTEMD_PAGER, else $PAGER, else less; empty: no pager, because one of them is empty or "cat".
std::string choose_pager();

}  // namespace oomwhy
