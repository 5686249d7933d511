#include "parser/quoting.hpp"

#include "parser/take.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kLongestFileName = 255;

// "812:", "812-" (grep -n), "166233 ", "812\t" (cat -n).
std::size_t line_number_length(std::string_view line) {
  auto rest = line;
  const auto digits = take_digits(rest);
  if (digits.empty() || digits.size() > 10 || rest.empty()) return 0;
  const char behind = rest.front();
  return behind == ':' || behind == '-' || is_blank(behind) ? digits.size() + 1 : 0;
}

// "/var/log/kern.log:" (grep -H), "kern.log-" before context lines is not taken: a dash proves nothing.
std::size_t file_name_length(std::string_view line) {
  auto rest = line.substr(0, kLongestFileName);
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos || colon == 0) return 0;
  if (rest.substr(0, colon).find_first_of(" \t[]<>\"") != std::string_view::npos) return 0;
  return colon + 1;
}

// "<pre>", "[code]", "[quote=somebody]", "{noformat}": what opens a block, on the block's first line.
std::size_t opening_tag_length(std::string_view line) {
  constexpr std::size_t kLongestTag = 64;
  constexpr std::string_view openings = "<[{";
  constexpr std::string_view closings = ">]}";
  const auto kind = openings.find(line.front());
  if (kind == std::string_view::npos || line.size() < 2 || !is_letter(line[1])) return 0;
  const auto end = line.substr(0, kLongestTag).find(closings[kind]);
  return end == std::string_view::npos ? 0 : end + 1;
}

bool take_block_tag(std::string_view& rest) {
  for (const std::string_view tag : {"<pre>", "<code>", "[code]", "[quote]", "{code}", "{noformat}"}) {
    if (take(rest, tag)) return true;
  }
  return false;
}

bool is_mark(char c) { return c == '>' || c == '|' || c == '#' || c == '*' || c == '-' || c == '+' || c == '`'; }

}  // namespace

std::size_t decoration_length(std::string_view line) {
  if (line.empty()) return 0;
  auto rest = line;
  if (const auto blanks = take_blanks(rest); blanks > 0) return blanks;
  if (is_mark(line.front())) return 1;
  if (const auto length = opening_tag_length(line); length > 0) return length;
  if (const auto length = line_number_length(line); length > 0) return length;
  // U+2022, a bullet.
  if (line.starts_with("\xE2\x80\xA2")) return 3;
  return file_name_length(line);
}

std::size_t quote_marks_length(std::string_view line) {
  auto rest = line;
  std::size_t length = 0;
  while (!rest.empty()) {
    auto behind = rest;
    const bool mail = take(behind, '>');
    if (!mail && !take(behind, "| ") && !take(behind, "# ") && !take_block_tag(behind)) break;
    if (mail && !behind.empty() && !take(behind, ' ') && behind.front() != '>') break;
    length += rest.size() - behind.size();
    rest = behind;
  }
  return length;
}

bool is_fence(std::string_view line) {
  auto rest = line;
  take_blanks(rest);
  if (!take(rest, "```") && !take(rest, "~~~")) return false;
  return rest.find(' ') == std::string_view::npos;
}

}  // namespace oomwhy
