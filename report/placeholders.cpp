#include "report/placeholders.hpp"

#include <fmt/format.h>
#include <nettle/hmac.h>

#include <array>

namespace oomwhy {
namespace {

// 40 bits: a million values of one kind collide with a chance of a third, a report's thousands hardly ever.
constexpr std::size_t kDigestBytesShown = 5;

const std::uint8_t* bytes_of(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }

std::string keyed_digits(std::string_view key, std::string_view kind, std::string_view value) {
  hmac_sha256_ctx context;
  hmac_sha256_set_key(&context, key.size(), bytes_of(key));
  hmac_sha256_update(&context, kind.size(), bytes_of(kind));
  hmac_sha256_update(&context, 1, bytes_of(std::string_view("\0", 1)));
  hmac_sha256_update(&context, value.size(), bytes_of(value));
  std::array<std::uint8_t, kDigestBytesShown> digest{};
  hmac_sha256_digest(&context, digest.size(), digest.data());
  std::string digits;
  for (const std::uint8_t byte : digest) digits += fmt::format("{:02x}", byte);
  return digits;
}

}  // namespace

std::string Placeholders::suffix(std::string_view kind, std::string_view value) {
  return key_.empty() ? std::to_string(by_kind_[std::string(kind)].size() + 1) : keyed_digits(key_, kind, value);
}

std::string Placeholders::of(std::string_view kind, std::string_view value) {
  auto& values = by_kind_[std::string(kind)];
  if (const auto known = values.find(value); known != values.end()) return known->second;
  std::string placeholder = fmt::format("{}-{}", kind, suffix(kind, value));
  values.emplace(value, placeholder);
  issued_.insert(placeholder);
  return placeholder;
}

}  // namespace oomwhy
