// argv taken apart as getopt does it, with journalctl's reading of -b: the command, the options (each with its value
// attached, so that nothing is left to guess), and the words that are neither.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// Boot: optional, see boot_choice.hpp. Redaction: optional, attached only; without one it means "all".
enum class TakesValue { Never, Always, Boot, Redaction };

// Says of an option's name ("since", "S") whether it takes a value; absent: there is no such option.
using OptionTable = std::function<std::optional<TakesValue>(std::string_view name)>;

struct Arguments {
  std::optional<Command> command;    // absent: none was named
  std::vector<std::string> options;  // "--since=-2h", "-a", "--boot=-1"
  std::vector<std::string> words;    // inputs and matches, in order
};

Result<Arguments> split_arguments(const std::vector<std::string>& argv, const OptionTable& table);

// An input, or a MATCH? By its spelling alone: a word with "/" or an ending of a log, and "-", names an input.
bool names_input(std::string_view word);

}  // namespace oomwhy
