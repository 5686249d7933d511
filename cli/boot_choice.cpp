#include "cli/boot_choice.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace oomwhy {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kUuidLength = 36;

std::optional<std::int64_t> parse_offset(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

char lower_hex(char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

std::optional<std::string> hex_digits(std::string_view text) {
  std::string digits(text);
  std::transform(digits.begin(), digits.end(), digits.begin(), lower_hex);
  return std::all_of(digits.begin(), digits.end(), is_hex) ? std::optional(digits) : std::nullopt;
}

// /proc/sys/kernel/random/boot_id prints 8-4-4-4-12, the journal prints the digits alone.
std::optional<std::string> dashed_id(std::string_view text) {
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
    if (text[dash] != '-') return std::nullopt;
  }
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != '-'; });
  return digits.size() == kIdDigits ? hex_digits(digits) : std::nullopt;
}

std::optional<BootChoice> parse_id(std::string_view text) {
  std::optional<std::string> id;
  std::size_t length = kIdDigits;
  if (text.size() >= kUuidLength) {
    id = dashed_id(text.substr(0, kUuidLength));
    if (id) length = kUuidLength;
  }
  if (!id && text.size() >= kIdDigits) id = hex_digits(text.substr(0, kIdDigits));
  if (!id) return std::nullopt;
  const std::string_view rest = text.substr(length);
  if (rest.empty()) return BootChoice{.id = *id};
  if (!rest.starts_with('-') && !rest.starts_with('+')) return std::nullopt;
  const auto offset = parse_offset(rest);
  if (!offset) return std::nullopt;
  return BootChoice{.id = *id, .offset = *offset};
}

}  // namespace

std::optional<BootChoice> parse_boot(std::string_view text) {
  if (text.empty()) return BootChoice{};
  if (text == "all") return BootChoice{.all = true};
  if (auto by_id = parse_id(text)) return by_id;
  const auto offset = parse_offset(text);
  if (!offset) return std::nullopt;
  return BootChoice{.offset = *offset};
}

bool looks_like_boot(std::string_view word) {
  if (word.empty() || !parse_boot(word)) return false;
  const bool is_signed = word.front() == '-' || word.front() == '+';
  return is_signed || word == "0" || word == "all" || word.size() >= kIdDigits;
}

}  // namespace oomwhy
