#include "parser/scan.hpp"

namespace oomwhy::grammar {

std::string_view without_cut_mark(std::string_view text) {
  constexpr std::string_view marks[] = {"...", "\xe2\x80\xa6", ">"};
  const std::string_view trimmed = trim_right(text);
  if (trimmed.empty() || (trimmed.back() != '.' && trimmed.back() != '>' && trimmed.back() != '\xa6')) return text;
  for (const std::string_view mark : marks) {
    if (trimmed.ends_with(mark)) return trimmed.substr(0, trimmed.size() - mark.size());
  }
  return text;
}

}  // namespace oomwhy::grammar
