// The contract's names for the forms of a log.
#pragma once

#include <string_view>

#include "parser/log_line.hpp"

namespace oomwhy {

std::string_view input_kind(EnvelopeForm form);

}  // namespace oomwhy
