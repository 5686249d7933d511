// Small steps over the front of a line: each takes what it knows off a string_view, or leaves it as it was.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>

#include "parser/scan_text.hpp"

namespace oomwhy {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

inline bool take(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

// How many were taken.
inline std::size_t take_blanks(std::string_view& rest) {
  std::size_t count = 0;
  while (count < rest.size() && is_blank(rest[count])) ++count;
  rest.remove_prefix(count);
  return count;
}

// Up to the next blank, which stays; empty at a blank or at the end.
inline std::string_view take_word(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && !is_blank(rest[length])) ++length;
  const auto word = rest.substr(0, length);
  rest.remove_prefix(length);
  return word;
}

inline std::string_view take_digits(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) ++length;
  const auto digits = rest.substr(0, length);
  rest.remove_prefix(length);
  return digits;
}

// The whole of `digits` as a number; false where it is empty, holds anything else or does not fit.
template <typename Number>
bool to_number(std::string_view digits, Number& number) {
  const auto* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, number);
  return result.ec == std::errc{} && result.ptr == end && !digits.empty();
}

// Between `least` and `most` digits (19 at most), no digit behind them. Written out because nearly every line of a log
// has a handful of such numbers.
template <typename Number>
bool take_number(std::string_view& rest, std::size_t least, std::size_t most, Number& number) {
  std::uint64_t value = 0;
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) {
    if (++length > most) return false;
    value = value * 10 + static_cast<std::uint64_t>(rest[length - 1] - '0');
  }
  if (length < least || value > static_cast<std::uint64_t>(std::numeric_limits<Number>::max())) return false;
  number = static_cast<Number>(value);
  rest.remove_prefix(length);
  return true;
}

}  // namespace oomwhy
