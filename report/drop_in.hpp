// Advice as drop-in files of systemd. Everything that comes from the log stands in comments only, escaped; values are
// our own.
#pragma once

#include <string>
#include <string_view>

#include "report/advice.hpp"

namespace oomwhy {

// "[Service]" for "x.service"; empty for a type that has no section of settings that we propose.
std::string_view section_of(std::string_view unit);

// Advice that stands in a drop-in: a setting of a unit or slice.
bool is_in_drop_in(const Incident& incident, const Advice& advice);

// One comment of any text: lines of at most 78 columns, each with "# " in front; nothing in it can end the comment.
std::string as_comment(std::string_view text);

}  // namespace oomwhy
