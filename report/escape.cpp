// Hostile names made harmless: for a terminal and for Markdown. See report/format.hpp for the rules.
#include <fmt/format.h>

#include <string>
#include <string_view>

#include "report/format.hpp"
#include "report/utf8.hpp"

namespace oomwhy {

namespace {

enum class Blanks { AsTheyAre, VisibleWhereLost };

// What may not stand as itself, beyond what no terminal may see.
struct Medium {
  Charset charset = Charset::Utf8;
  std::string_view forbidden;         // ASCII characters that become \xNN
  Blanks blanks = Blanks::AsTheyAre;  // VisibleWhereLost: \x20 at either end and behind another blank
};

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
int hex_value(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

bool becomes_byte_escape(unsigned char byte, const Medium& medium) {
  if (byte == ' ') return medium.blanks == Blanks::VisibleWhereLost;
  return byte < 0x20 || byte >= 0x7f || medium.forbidden.find(static_cast<char>(byte)) != std::string_view::npos;
}

// True where a literal backslash followed by `rest` would read as one of our own escapes.
bool looks_like_escape(std::string_view rest, const Medium& medium) {
  if (rest.empty() || rest.front() == '\\') return true;
  // What follows is escaped itself, and its escape begins with a backslash.
  const CodePoint next = first_code_point(rest);
  if (!next.valid || !is_plain(next.value)) return true;
  if (next.value < 0x80 && becomes_byte_escape(static_cast<unsigned char>(next.value), medium)) return true;
  if (next.value >= 0x80 && medium.charset == Charset::Ascii) return true;
  if (rest.substr(0, 2) == "u{") return true;
  if (rest.size() < 3 || rest[0] != 'x' || !is_hex_digit(rest[1]) || !is_hex_digit(rest[2])) return false;
  const auto byte = static_cast<unsigned char>(hex_value(rest[1]) * 16 + hex_value(rest[2]));
  return becomes_byte_escape(byte, medium);
}

// `before` is what was written so far, `rest` what follows the code point.
bool must_escape(const CodePoint& point, const Medium& medium, std::string_view before, std::string_view rest) {
  if (!point.valid || !is_plain(point.value)) return true;
  if (point.value == ' ') {
    return medium.blanks == Blanks::VisibleWhereLost && (before.empty() || rest.empty() || before.back() == ' ');
  }
  if (point.value < 0x80) return becomes_byte_escape(static_cast<unsigned char>(point.value), medium);
  return medium.charset == Charset::Ascii || (before.empty() && is_combining(point.value));
}

std::string escape_for(std::string_view raw, const Medium& medium) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const CodePoint next = first_code_point(raw);
    raw.remove_prefix(next.bytes.size());
    if (next.valid && next.value == '\\') {
      text += looks_like_escape(raw, medium) ? "\\\\" : "\\";
    } else if (!must_escape(next, medium, text, raw)) {
      text += next.bytes;
    } else if (!next.valid || next.value < 0x80) {
      text += fmt::format("\\x{:02x}", next.value);
    } else {
      text += fmt::format("\\u{{{:X}}}", next.value);
    }
  }
  return text;
}

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char at(std::string_view text, std::size_t index) { return index < text.size() ? text[index] : '\0'; }

// "02:02:41": the colon of a time of day stands between digits, with no more than two behind it.
bool is_colon_of_time(std::string_view text, std::size_t index) {
  return index > 0 && is_digit(text[index - 1]) && is_digit(at(text, index + 1)) && !is_digit(at(text, index + 3));
}

bool ends_with_folded(std::string_view text, std::string_view lower) {
  if (text.size() < lower.size()) return false;
  const std::string_view end = text.substr(text.size() - lower.size());
  for (std::size_t i = 0; i < lower.size(); ++i) {
    if ((end[i] | 0x20) != lower[i]) return false;
  }
  return true;
}

// Signs that GitHub finds in the rendered text, where a backslash before them is gone: mentions, references, addresses,
// emoji and formulas.
bool is_active_sign(std::string_view text, std::size_t index) {
  const char next = at(text, index + 1);
  const std::string_view before = text.substr(0, index);
  switch (text[index]) {
    case '$':
      return true;
    case '@':
    case '#':
      return is_alnum(next) || next == '_' || next == '-';
    case ':':
      return next != '\0' && next != ' ' && !is_colon_of_time(text, index);
    case '.':
      return ends_with_folded(before, "www");
    case '-':
      return is_digit(next) && ends_with_folded(before, "gh");
    default:
      return false;
  }
}

bool only_digits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

// One character that is no active sign, as Markdown source that renders as that character.
std::string plain_in_markdown(std::string_view text, std::size_t index) {
  const char c = text[index];
  const char before = index > 0 ? text[index - 1] : '\0';
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '|':
      return "&#124;";
    case '`':
      return "&#96;";
    case ' ':
      // Blanks at an end would be dropped, those in a row may make code or a line break.
      return index == 0 || index + 1 == text.size() || before == ' ' ? "&#32;" : " ";
    case '\\':
    case '*':
    case '[':
    case ']':
    case '~':
    case '#':
    case '!':
      return {'\\', c};
    case '_':
      // Between letters it is never emphasis, and oom_score_adj stays readable.
      return is_alnum(before) && is_alnum(at(text, index + 1)) ? "_" : "\\_";
    case '-':
    case '+':
    case '=':
      return index == 0 ? std::string{'\\', c} : std::string(1, c);
    case '.':
    case ')':
      return index > 0 && only_digits(text.substr(0, index)) ? std::string{'\\', c} : std::string(1, c);
    default:
      return std::string(1, c);
  }
}

}  // namespace

std::string escape_terminal(std::string_view raw, Charset charset) {
  return escape_for(raw, {.charset = charset, .forbidden = "", .blanks = Blanks::AsTheyAre});
}

std::string escape_markdown(std::string_view raw) {
  const std::string visible = escape_terminal(raw);
  std::string text;
  bool in_code = false;
  for (std::size_t i = 0; i < visible.size(); ++i) {
    const bool active = is_active_sign(visible, i);
    // Neighbouring signs share one span: two spans side by side would be one run of backticks.
    if (active != in_code) text += '`';
    in_code = active;
    text += active ? std::string(1, visible[i]) : plain_in_markdown(visible, i);
  }
  if (in_code) text += '`';
  return text;
}

std::string markdown_code(std::string_view raw) {
  if (raw.empty()) return "(empty)";
  const Medium code{.charset = Charset::Utf8, .forbidden = "`|", .blanks = Blanks::VisibleWhereLost};
  return fmt::format("`{}`", escape_for(raw, code));
}

}  // namespace oomwhy
