// argv becomes a checked request, or the text that --help and --version print, or the error of somebody who mistyped.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// Text that was asked for in place of a run: help, version.
struct Notice {
  std::string text;
};

// `argv` without the program's name; `now_us` is what relative times count from.
std::variant<Request, Notice, Error> parse_options(const std::vector<std::string>& argv, std::int64_t now_us);

// A scan of standard input: one log in, typed lines out. It depends on nothing but that, and on what is typed.
bool is_mapper(const Request& request);

// The names of the options that a command takes, as they are typed ("--since", "-S"), hidden ones left out.
std::vector<std::string> option_names(Command command);

}  // namespace oomwhy
