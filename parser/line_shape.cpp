#include "parser/line_shape.hpp"

#include <algorithm>
#include <array>

#include "parser/take.hpp"

namespace oomwhy {
namespace {

bool is_of_word(char c) { return is_digit(c) || is_letter(c); }

template <typename Predicate>
std::string_view take_while(std::string_view& rest, Predicate holds) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), holds);
  const auto run = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(run.size());
  return run;
}

// Lines of one report have several levels: collectors print them in front.
bool is_level(std::string_view word) {
  constexpr std::array<std::string_view, 19> levels{"emerg", "panic", "alert",   "crit",   "critical", "fatal", "err",
                                                    "error", "warn",  "warning", "notice", "info",     "debug", "e",
                                                    "w",     "n",     "i",       "d",      "c"};
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(levels.begin(), levels.end(), lower) != levels.end();
}

// grep prints ":" behind the name and the number of a hit and "-" behind those of the lines around it.
char as_grep(char mark) { return mark == '-' ? ':' : mark; }

}  // namespace

LineShape::Token LineShape::take_token(std::string_view& rest) {
  if (is_blank(rest.front())) return {Kind::Blanks, std::string(take_while(rest, is_blank))};
  if (!is_of_word(rest.front())) {
    const char mark = as_grep(rest.front());
    rest.remove_prefix(1);
    return {Kind::Mark, std::string(1, mark)};
  }
  const auto word = take_while(rest, is_of_word);
  if (std::all_of(word.begin(), word.end(), is_digit)) return {Kind::Number, std::string(word)};
  if (std::all_of(word.begin(), word.end(), is_letter)) return {Kind::Word, std::string(word)};
  return {Kind::Id, std::string(word)};
}

LineShape::LineShape(std::string_view example) {
  while (!example.empty()) tokens_.push_back(take_token(example));
}

bool LineShape::fits(const Token& wanted, const Token& found) {
  switch (wanted.kind) {
    case Kind::Number:
    case Kind::Blanks:
      return found.kind == wanted.kind;
    case Kind::Id:
      return found.kind == Kind::Number || found.kind == Kind::Id || found.kind == Kind::Word;
    case Kind::Word:
      return found.kind == Kind::Word && (found.text == wanted.text || (is_level(found.text) && is_level(wanted.text)));
    case Kind::Mark:
      return found.kind == Kind::Mark && found.text == wanted.text;
  }
  return false;
}

std::optional<std::size_t> LineShape::match(std::string_view line) const {
  auto rest = line;
  for (const Token& wanted : tokens_) {
    const bool last = &wanted == &tokens_.back();
    // An empty line of text has lost the blanks behind its prefix.
    if (rest.empty()) return last && wanted.kind == Kind::Blanks ? std::optional(line.size()) : std::nullopt;
    auto behind = rest;
    const Token found = take_token(behind);
    if (!fits(wanted, found)) return std::nullopt;
    const bool open_end = last && wanted.kind == Kind::Blanks;
    rest.remove_prefix(open_end ? std::min(found.text.size(), wanted.text.size()) : rest.size() - behind.size());
  }
  return line.size() - rest.size();
}

std::size_t next_token_end(std::string_view line, std::size_t from) {
  auto rest = line.substr(from);
  if (rest.empty()) return line.size();
  const char first = rest.front();
  if (is_blank(first)) {
    take_while(rest, is_blank);
  } else if (is_of_word(first)) {
    take_while(rest, is_of_word);
  } else {
    rest.remove_prefix(1);
  }
  return line.size() - rest.size();
}

}  // namespace oomwhy
