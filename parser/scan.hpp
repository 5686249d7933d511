// A cursor over one line: blanks, literals and decimal numbers, read from left to right without allocations. A newline
// counts as a blank, because a wrapped line that was joined again has one where the kernel printed a space.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oomwhy::grammar {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr std::string_view trim_left(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}
constexpr std::string_view trim_right(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}
constexpr std::string_view trim(std::string_view text) { return trim_left(trim_right(text)); }

// The rest of the text behind its first `count` tokens and the blanks before each of them.
constexpr std::string_view behind_tokens(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; count > 0; --count) {
    while (at < text.size() && is_blank(text[at])) ++at;
    while (at < text.size() && !is_blank(text[at])) ++at;
  }
  return text.substr(at);
}

// The marks that people and programs leave where they cut a line: "...", the ellipsis character, the '>' of less.
std::string_view without_cut_mark(std::string_view text);
inline bool has_cut_mark(std::string_view text) { return without_cut_mark(text).size() != text.size(); }

class Scan {
 public:
  explicit constexpr Scan(std::string_view text) : rest_(text) {}

  constexpr std::string_view rest() const { return rest_; }
  constexpr bool at_end() const { return rest_.empty(); }
  constexpr char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  constexpr void skip(std::size_t count) { rest_.remove_prefix(count < rest_.size() ? count : rest_.size()); }

  // True if there was at least one.
  constexpr bool blanks() {
    const std::size_t before = rest_.size();
    rest_ = trim_left(rest_);
    return rest_.size() != before;
  }
  constexpr bool literal(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  // Up to the next blank; empty at a blank and at the end.
  constexpr std::string_view token() {
    std::size_t length = 0;
    while (length < rest_.size() && !is_blank(rest_[length])) ++length;
    const std::string_view word = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return word;
  }
  // Up to `end`, which is skipped; absent and nothing read if it does not come.
  constexpr std::optional<std::string_view> until(std::string_view end) {
    const std::size_t at = rest_.find(end);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view word = rest_.substr(0, at);
    rest_.remove_prefix(at + end.size());
    return word;
  }

  // A decimal number, with a sign for signed types. Absent and nothing read: no digits, or it does not fit, which
  // out_of_range() then tells.
  template <std::integral Number>
  std::optional<Number> number() {
    Number value{};
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) out_of_range_ = true;
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  bool out_of_range() const { return out_of_range_; }

 private:
  std::string_view rest_;
  bool out_of_range_ = false;
};

}  // namespace oomwhy::grammar
