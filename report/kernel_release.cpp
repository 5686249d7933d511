#include "report/kernel_release.hpp"

#include <array>
#include <charconv>

namespace oomwhy {
namespace {

// Reads "NUMBER" off the front of `text`.
std::optional<unsigned> take_number(std::string_view& text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// ".el7." or ".el8_2." but not ".el7uek".
std::optional<unsigned> el_number(std::string_view release) {
  const auto at = release.find(".el");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = release.substr(at + 3);
  const auto number = take_number(rest);
  if (number && (rest.empty() || rest.front() == '.' || rest.front() == '_' || rest.front() == 'a')) return number;
  return std::nullopt;
}

Vendor vendor_of(std::string_view release, KernelVersion version) {
  struct Base {
    unsigned el;
    KernelVersion version;
    Vendor vendor;
  };
  constexpr std::array<Base, 4> kBases{{{5, {2, 6, 18}, Vendor::El5},
                                        {6, {2, 6, 32}, Vendor::El6},
                                        {7, {3, 10, 0}, Vendor::El7},
                                        {8, {4, 18, 0}, Vendor::El8}}};
  const auto el = el_number(release);
  for (const Base& base : kBases) {
    if (el == base.el && version == base.version) return base.vendor;
  }
  return Vendor::Mainline;
}

}  // namespace

std::optional<KernelRelease> parse_release(std::string_view release) {
  std::string_view rest = release;
  KernelRelease parsed;
  const auto major = take_number(rest);
  if (!major || !take(rest, '.')) return std::nullopt;
  const auto minor = take_number(rest);
  if (!minor) return std::nullopt;
  parsed.version = {*major, *minor, 0};
  if (take(rest, '.')) parsed.version.patch = take_number(rest).value_or(0);
  parsed.vendor = vendor_of(release, parsed.version);
  if (parsed.vendor == Vendor::El7 || parsed.vendor == Vendor::El8) {
    parsed.version.patch = take(rest, '-') ? take_number(rest).value_or(0) : 0;
  }
  return parsed;
}

}  // namespace oomwhy
