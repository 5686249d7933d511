// The small files in which a running kernel tells its state: /proc, /sys, cgroupfs.
#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace oomwhy {

// The first MiB of a file; absent: it cannot be read, or is empty.
std::optional<std::string> read_text(const std::string& path);

// The number at the start of a text, behind blanks.
template <typename Number>
std::optional<Number> number_at(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

template <typename Number>
std::optional<Number> read_number(const std::string& path) {
  const auto text = read_text(path);
  return text ? number_at<Number>(*text) : std::nullopt;
}

}  // namespace oomwhy
