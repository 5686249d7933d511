#include "parser/typeset.hpp"

#include <cstring>

#include "parser/take.hpp"

namespace oomwhy {
namespace {

constexpr std::string_view kHardSpace = "\xC2\xA0";  // U+00A0
constexpr std::string_view kEntity = "&nbsp;";

std::size_t count_of(std::string_view text, std::string_view words) {
  std::size_t count = 0;
  for (auto at = text.find(words); at != std::string_view::npos; at = text.find(words, at + words.size())) ++count;
  return count;
}

void replace_all(std::string& text, std::string_view words, std::string_view with) {
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + with.size())) {
    text.replace(at, words.size(), with);
  }
}

// A name has 15 bytes: room for seven such blanks or two entities. A line that has no other blanks was typeset, too,
// and so was one that begins with them: a name does not stand there where hard blanks follow a bracket.
bool has_hard_spaces(std::string_view line) {
  constexpr std::size_t kMostInName = 7;
  constexpr std::size_t kFront = 8;
  if (line.find('\xC2') == std::string_view::npos) return false;
  if (line.substr(0, kFront).find(kHardSpace) != std::string_view::npos) return true;
  const std::size_t count = count_of(line, kHardSpace);
  return count > kMostInName || (count >= 2 && line.find(' ') == std::string_view::npos);
}

bool has_entities(std::string_view line) {
  const auto first = line.find(kEntity);
  if (first == std::string_view::npos) return false;
  constexpr std::size_t kMostInName = 2;
  return first < kEntity.size() || count_of(line, kEntity) > kMostInName;
}

// "\[  103.660368\] x invoked oom-killer: gfp\_mask=": the kernel's own words are escaped.
bool has_backslashes(std::string_view line) {
  auto rest = line;
  take_blanks(rest);
  return rest.starts_with("\\[") || line.find("gfp\\_mask") != std::string_view::npos ||
         line.find("oom\\_score\\_adj") != std::string_view::npos;
}

// "^[[32m" (cat -v) and "#033[32m" at the front of the line: an escape character spelled out.
std::string_view spelled_escape(std::string_view line) {
  for (const std::string_view spelling : {"^[[", "#033["}) {
    if (line.starts_with(spelling)) return spelling;
  }
  return {};
}

void drop_backslashes(std::string& text) {
  constexpr std::string_view marks = "[]_*()<>#.-+!`|~{}";
  std::size_t kept = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size() && marks.find(text[i + 1]) != std::string_view::npos;
    if (!escape) text[kept++] = text[i];
  }
  text.resize(kept);
}

}  // namespace

std::string_view undo_typesetting(std::string_view line, std::string& scratch) {
  const bool hard = has_hard_spaces(line);
  const bool entities = has_entities(line);
  const bool backslashes = has_backslashes(line);
  const std::string_view escape = spelled_escape(line);
  if (!hard && !entities && !backslashes && escape.empty()) return line;
  scratch = line;
  if (hard) replace_all(scratch, kHardSpace, " ");
  if (entities) replace_all(scratch, kEntity, " ");
  if (backslashes) drop_backslashes(scratch);
  if (!escape.empty()) replace_all(scratch, escape, "\x1b[");
  return scratch;
}

}  // namespace oomwhy
