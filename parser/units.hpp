// Quantities that cannot be mixed. One OOM report prints pages, bytes and kB (= 1024 bytes) side by side; each number
// keeps the unit in which the kernel printed it and is converted by name, late.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace oomwhy {

// How a number came to be known.
enum class Certainty {
  Stated,   // printed by the kernel, or a field the journal vouches for
  Derived,  // follows from what is printed
  Assumed,  // neither; the reader must be told
};

// a + b and a * b that stop at the largest value instead of wrapping: hostile logs hold any 64-bit number.
constexpr std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t sum = a + b;
  return sum < a ? std::numeric_limits<std::uint64_t>::max() : sum;
}
constexpr std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b) {
  if (a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a) {
    return std::numeric_limits<std::uint64_t>::max();
  }
  return a * b;
}

// A count of one unit. Sums saturate; there is no subtraction because a difference of two counters may be negative.
template <typename Unit>
struct Quantity {
  std::uint64_t count = 0;

  constexpr auto operator<=>(const Quantity&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14
  constexpr Quantity operator+(Quantity other) const { return {saturating_add(count, other.count)}; }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
};

using Pages = Quantity<struct PageUnit>;
using Kibibytes = Quantity<struct KibibyteUnit>;  // the kernel's "kB" and "KB"
using Bytes = Quantity<struct ByteUnit>;

// The size of a page on the machine that printed the report. 4 KiB is Assumed unless something in the report says so.
struct PageSize {
  std::uint64_t bytes = 4096;
  Certainty certainty = Certainty::Assumed;

  bool operator==(const PageSize&) const = default;
};

constexpr Bytes to_bytes(Kibibytes size) { return {saturating_multiply(size.count, 1024)}; }
constexpr Bytes to_bytes(Pages size, PageSize page) { return {saturating_multiply(size.count, page.bytes)}; }
// Rounds down; the kernel's kB figures are whole pages, so nothing is lost on its own numbers.
constexpr Pages to_pages(Bytes size, PageSize page) { return {page.bytes == 0 ? 0 : size.count / page.bytes}; }
constexpr Pages to_pages(Kibibytes size, PageSize page) { return to_pages(to_bytes(size), page); }

}  // namespace oomwhy
