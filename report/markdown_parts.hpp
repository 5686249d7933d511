// The sections of a ticket about one incident. Private to the Markdown renderer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy::markdown {

// A pipe table. Cells must be escaped already.
class Table {
 public:
  explicit Table(const std::vector<std::string>& header, std::string_view alignment = "");  // "r": right, else left
  void row(const std::vector<std::string>& cells);
  bool empty() const { return rows_.empty(); }
  std::string text() const { return head_ + rows_; }

 private:
  std::string head_, rows_;
};

// "```ini …```" with a fence longer than any run of backticks inside; other control characters than line ends become
// visible escapes.
std::string fenced(std::string_view language, std::string_view text);

std::string when(const std::optional<Time>& time);  // UTC, escaped

// markdown_incident.cpp
std::string facts_table(const Document& document, const Incident& incident);
std::string timeline(const Incident& incident);
std::string units_now(const Incident& incident);
std::string not_determined(const Document& document, const Incident& incident);
// markdown_nothing.cpp
std::string nothing(const Document& document);
// markdown_memory.cpp
std::string where_memory_was(const Incident& incident);
std::string tasks_table(const Incident& incident);
// markdown_advice.cpp
std::string replays(const Incident& incident);
std::string proposed_changes(const Incident& incident);

}  // namespace oomwhy::markdown
