// Small steps over a view: take a literal, a number, a word. What is taken is removed from the view; a step that fails
// leaves it as it was.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <string_view>

namespace oomwhy {

// Whether a word stands in the text. libc's search looks for rare words at several bytes a step.
inline bool contains(std::string_view text, std::string_view word) {
  return ::memmem(text.data(), text.size(), word.data(), word.size()) != nullptr;
}

template <typename Words>
bool contains_any(std::string_view text, const Words& words) {
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return contains(text, word); });
}

inline bool take(std::string_view& text, std::string_view literal) {
  if (!text.starts_with(literal)) return false;
  text.remove_prefix(literal.size());
  return true;
}

template <typename Number>
std::optional<Number> take_number(std::string_view& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

// Everything before `delimiter`, which is removed too.
inline std::optional<std::string_view> take_until(std::string_view& text, std::string_view delimiter) {
  const auto at = text.find(delimiter);
  if (at == std::string_view::npos) return std::nullopt;
  const auto before = text.substr(0, at);
  text.remove_prefix(at + delimiter.size());
  return before;
}

// What stands between the first `open` and the next `close` behind it.
inline std::optional<std::string_view> between(std::string_view text, std::string_view open, std::string_view close) {
  if (!take_until(text, open)) return std::nullopt;
  return take_until(text, close);
}

}  // namespace oomwhy
