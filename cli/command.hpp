// The commands: each turns what was read and selected into text. Only program.cpp and follow.cpp print it.
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
  Document document;                  // everything that was read; a command may take it apart
  std::vector<std::size_t> selected;  // indices into its incidents, oldest first
  TextStyle style;
};

Rendering whole(std::string text);
Rendering as_json(Document document, JsonEvents events);
Rendering as_json_lines(Document document);

struct CommandOutput {
  Rendering text;             // for standard output; empty: nothing
  std::vector<Error> errors;  // what could not be done
  std::vector<std::string> notes;
};

CommandOutput run_explain(View view);
CommandOutput run_list(View view);
CommandOutput run_report(View view);
CommandOutput run_advise(View view);

// The selected incidents in the formats that every command has in common. Text is one story after the other.
Rendering render_selected(View view);
// The command line that prints a report again: as typed, with the incident's id where only the latest was asked for.
std::string reproducing_command(const View& view);

}  // namespace oomwhy
