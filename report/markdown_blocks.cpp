// Tables and fenced blocks of a ticket.
#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/markdown_parts.hpp"

namespace oomwhy::markdown {

namespace {

std::size_t longest_run(std::string_view text, char c) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char next : text) {
    run = next == c ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

Table::Table(const std::vector<std::string>& header, std::string_view alignment) {
  head_ = fmt::format("| {} |\n|", fmt::join(header, " | "));
  for (std::size_t i = 0; i < header.size(); ++i) {
    head_ += i < alignment.size() && alignment[i] == 'r' ? " ---: |" : " --- |";
  }
  head_ += '\n';
}

void Table::row(const std::vector<std::string>& cells) { rows_ += fmt::format("| {} |\n", fmt::join(cells, " | ")); }

std::string fenced(std::string_view language, std::string_view text) {
  const std::string fence(std::max<std::size_t>(longest_run(text, '`') + 1, 3), '`');
  std::string block = fmt::format("{}{}\n", fence, language);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    block += escape_terminal(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return block + fence + "\n";
}

std::string when(const std::optional<Time>& time) {
  if (!time) return "–";
  const std::string text = format_time(*time);
  return text.empty() ? "–" : escape_markdown(text);
}

}  // namespace oomwhy::markdown
