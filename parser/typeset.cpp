#include "parser/typeset.hpp"

#include <algorithm>

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

// A name has 15 bytes: room for seven such blanks. A line that has no other blanks was typeset, too, and so was one
// that begins with them.
bool proves_hard_spaces(std::string_view line) {
  constexpr std::size_t kMostInName = 7;
  constexpr std::size_t kFront = 8;
  if (line.substr(0, kFront).find(kHardSpace) != std::string_view::npos) return true;
  // Inside of a stamp.
  if (line.find("[ \xC2\xA0") != std::string_view::npos || line.find("[\xC2\xA0") != std::string_view::npos)
    return true;
  // The task table's header.
  if (line.find("tgid") != std::string_view::npos && line.find("total_vm") != std::string_view::npos) return true;
  const std::size_t count = count_of(line, kHardSpace);
  return count > kMostInName || (count >= 2 && line.find(' ') == std::string_view::npos);
}

bool proves_entities(std::string_view line) {
  constexpr std::size_t kMostInName = 2;
  return line.substr(0, 2 * kEntity.size()).find(kEntity) != std::string_view::npos ||
         count_of(line, kEntity) > kMostInName;
}

// "\[  103.660368\] x invoked oom-killer: gfp\_mask=": the kernel's own words are escaped.
bool proves_backslashes(std::string_view line) {
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

bool Typesetting::holds(bool present, bool proven, int& stretch) {
  if (proven) stretch = kStretch;
  if (stretch == 0) return false;
  --stretch;
  return present;
}

std::string_view Typesetting::undo(std::string_view line) {
  const bool spaces = line.find(kHardSpace.front()) != std::string_view::npos;
  const bool entity = line.find('&') != std::string_view::npos;
  const bool slash = line.find('\\') != std::string_view::npos;
  const bool hard = holds(spaces, spaces && proves_hard_spaces(line), hard_spaces_);
  const bool entities = holds(entity, entity && proves_entities(line), entities_);
  const bool backslashes = holds(slash, slash && proves_backslashes(line), backslashes_);
  const std::string_view escape = spelled_escape(line);
  if (!hard && !entities && !backslashes && escape.empty()) return line;
  scratch_ = line;
  if (hard) replace_all(scratch_, kHardSpace, " ");
  if (entities) replace_all(scratch_, kEntity, " ");
  if (backslashes) drop_backslashes(scratch_);
  if (!escape.empty()) replace_all(scratch_, escape, "\x1b[");
  return scratch_;
}

}  // namespace oomwhy
