// The commands: each turns what was read and selected into text. Only program.cpp prints it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"
#include "report/renderer.hpp"

namespace oomwhy {

struct View {
  const Request& request;
  const Document& document;           // everything that was read
  std::vector<std::size_t> selected;  // indices into its incidents, oldest first
  TextStyle style;
};

struct CommandOutput {
  std::string text;           // for standard output
  std::vector<Error> errors;  // what could not be done
  std::vector<std::string> notes;
};

CommandOutput run_explain(const View& view);
CommandOutput run_list(const View& view);
CommandOutput run_report(const View& view);
CommandOutput run_advise(const View& view);

// The selected incidents in the formats that every command has in common. Text is one story after the other.
std::string render_selected(const View& view);
// The command line that prints a report again: as typed, with the incident's id where only the latest was asked for.
std::string reproducing_command(const View& view);

}  // namespace oomwhy
