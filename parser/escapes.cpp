#include "parser/escapes.hpp"

#include <cstring>
#include <optional>

#include "parser/take.hpp"

namespace oomwhy {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// "\xHH" at the front.
std::optional<unsigned char> hex_escape(std::string_view text) {
  if (text.size() < 4 || text[0] != '\\' || text[1] != 'x') return std::nullopt;
  const auto high = hex_digit(text[2]);
  const auto low = hex_digit(text[3]);
  if (!high || !low) return std::nullopt;
  return static_cast<unsigned char>(*high * 16 + *low);
}

// "#ooo" at the front.
std::optional<unsigned char> octal_escape(std::string_view text) {
  if (text.size() < 4 || text[0] != '#') return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 1; i < 4; ++i) {
    if (text[i] < '0' || text[i] > '7') return std::nullopt;
    value = value * 8 + static_cast<unsigned>(text[i] - '0');
  }
  if (value > 255) return std::nullopt;
  return static_cast<unsigned char>(value);
}

bool contains(std::string_view text, char c) {
  return !text.empty() && std::memchr(text.data(), c, text.size()) != nullptr;
}

// Not isprint() and not isspace() of the C locale: what dmesg will not write as it is.
bool unprintable(unsigned char byte) {
  const bool space = byte >= '\t' && byte <= '\r';
  return byte >= 0x7f || (byte < 0x20 && !space);
}

bool ends_word(char c) { return is_blank(c) || c == '=' || c == ',' || c == '('; }

// Length of an escape sequence "ESC [ digits ; … m" (or K) at the front, 0 if there is none.
std::size_t colour_length(std::string_view text) {
  if (text.size() < 3 || text[0] != '\x1b' || text[1] != '[') return 0;
  std::size_t end = 2;
  while (end < text.size() && (is_digit(text[end]) || text[end] == ';' || text[end] == ':')) ++end;
  if (end == text.size() || (text[end] != 'm' && text[end] != 'K')) return 0;
  return end + 1;
}

}  // namespace

std::string_view undo_kmsg_escapes(std::string_view text, std::string& scratch) {
  if (!contains(text, '\\')) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = hex_escape(text.substr(i));
    scratch.push_back(byte ? static_cast<char>(*byte) : text[i]);
    i += byte ? 4 : 1;
  }
  return scratch;
}

std::string_view undo_dmesg_escapes(std::string_view text, std::string& scratch) {
  if (!contains(text, '\\')) return text;
  scratch.clear();
  std::size_t word = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = hex_escape(text.substr(i));
    const bool in_path = word < text.size() && text[word] == '/';
    const bool undone = byte && unprintable(*byte) && !in_path;
    scratch.push_back(undone ? static_cast<char>(*byte) : text[i]);
    if (ends_word(text[i])) word = i + 1;
    i += undone ? 4 : 1;
  }
  return scratch;
}

std::string_view undo_octal_escapes(std::string_view text, std::string& scratch) {
  if (!contains(text, '#')) return text;
  scratch.clear();
  bool after_escape = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = octal_escape(text.substr(i));
    // A byte beyond ASCII is only believed next to another escape; alone it looks like a build number ("#303-Ubuntu").
    const bool control = byte && *byte < 0x20;
    const bool high = byte && *byte >= 0x80 && (after_escape || octal_escape(text.substr(i + 4)).value_or(0) >= 0x80);
    after_escape = control || high;
    scratch.push_back(after_escape ? static_cast<char>(*byte) : text[i]);
    i += after_escape ? 4 : 1;
  }
  return scratch;
}

bool is_coloured(std::string_view line) {
  if (!contains(line, '\x1b')) return false;
  // dmesg colours the stamp; behind "kern  :warn  : " that is not the line's beginning.
  if (line.starts_with('\x1b')) return true;
  if (line.substr(0, 24).find(": \x1b[32m[") != std::string_view::npos) return true;
  // grep closes each of its colours with "erase to end of line".
  return line.find("m\x1b[K") != std::string_view::npos;
}

std::string_view without_colour(std::string_view text, std::string& scratch) {
  if (!contains(text, '\x1b')) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size();) {
    const auto length = colour_length(text.substr(i));
    if (length == 0) scratch.push_back(text[i]);
    i += length == 0 ? 1 : length;
  }
  return scratch;
}

}  // namespace oomwhy
