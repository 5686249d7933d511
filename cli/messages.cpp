#include "cli/messages.hpp"

#include <fmt/core.h>

#include <cstdio>

#include "report/format.hpp"

namespace oomwhy {

std::string format_error(const Error& error) {
  std::string text = fmt::format("oomwhy: {}: {}\n", escape_terminal(error.what), escape_terminal(error.why));
  if (!error.hint.empty()) text += fmt::format("  try: {}\n", escape_terminal(error.hint));
  return text;
}

void print_error(const Error& error) { std::fputs(format_error(error).c_str(), stderr); }

void print_note(std::string_view text) {
  std::fputs(fmt::format("oomwhy: {}\n", escape_terminal(text)).c_str(), stderr);
}

}  // namespace oomwhy
