#include "parser/held_line.hpp"

namespace oomwhy {

namespace {

std::array<std::string_view*, 6> views_of(LogLine& line) {
  return {&line.stamp.as_printed, &line.host, &line.identifier, &line.boot_id, &line.caller, &line.cursor};
}

}  // namespace

void HeldLine::assign(const LogLine& line) {
  text_.assign(line.text);
  line_ = line;
  line_.fields = {};
  bytes_.clear();
  const auto views = views_of(line_);
  for (std::size_t i = 0; i < views.size(); ++i) {
    lengths_[i] = views[i]->size();
    if (!views[i]->empty()) bytes_.append(*views[i]);
  }
}

LogLine HeldLine::line() const {
  LogLine line = line_;
  line.text = text_;
  std::size_t begin = 0;
  const auto views = views_of(line);
  for (std::size_t i = 0; i < views.size(); ++i) {
    *views[i] = std::string_view(bytes_).substr(begin, lengths_[i]);
    begin += lengths_[i];
  }
  return line;
}

}  // namespace oomwhy
