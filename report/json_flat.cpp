#include "report/json_flat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "report/format.hpp"
#include "report/json_parts.hpp"

namespace oomwhy::json {

namespace {

constexpr std::size_t kLongestNumber = 24;  // digits and sign of a 64-bit number, and room to spare

// Printable ASCII stands for itself between quotes, as nearly every name does.
bool stands_for_itself(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

template <typename Number, std::size_t Size>
std::size_t write_number(Number number, std::array<char, Size>& pieces, std::size_t used) {
  return static_cast<std::size_t>(std::to_chars(pieces.data() + used, pieces.data() + pieces.size(), number).ptr -
                                  pieces.data());
}

void append(const fmt::format_int& number, std::string& out) { out.append(number.data(), number.size()); }

}  // namespace

void append_number(std::int64_t number, std::string& out) { append(fmt::format_int(number), out); }
void append_number(std::uint64_t number, std::string& out) { append(fmt::format_int(number), out); }

void append_text(std::string_view raw, std::string& out) {
  if (stands_for_itself(raw)) {
    out.append("\"").append(raw).append("\"");
  } else {
    out += escaped(text(raw));
  }
}

void FlatList::flush() {
  out_.append(pieces_.data(), used_);
  used_ = 0;
}

void FlatList::put(std::string_view text) {
  if (text.size() > pieces_.size() - used_) flush();
  if (text.size() > pieces_.size()) {
    out_ += text;
    return;
  }
  std::memcpy(pieces_.data() + used_, text.data(), text.size());
  used_ += text.size();
}

void FlatList::put_number(std::int64_t number) {
  if (pieces_.size() - used_ < kLongestNumber) flush();
  used_ = write_number(number, pieces_, used_);
}

void FlatList::put_number(std::uint64_t number) {
  if (pieces_.size() - used_ < kLongestNumber) flush();
  used_ = write_number(number, pieces_, used_);
}

void FlatList::put_quoted(std::string_view plain) {
  put("\"");
  put(plain);
  put("\"");
}

// Every member has one: in one piece.
void FlatList::put_key(std::string_view key) {
  constexpr std::size_t kAround = 4;  // the separator, the quotes, the colon
  if (pieces_.size() - used_ < key.size() + kAround) flush();
  char* at = pieces_.data() + used_;
  *at++ = std::exchange(first_member_, false) ? '{' : ',';
  *at++ = '"';
  at = std::copy(key.begin(), key.end(), at);
  *at++ = '"';
  *at++ = ':';
  used_ += key.size() + kAround;
}

void FlatList::put_null() {
  constexpr std::string_view kNull = "null";
  if (pieces_.size() - used_ < kNull.size()) flush();
  std::copy(kNull.begin(), kNull.end(), pieces_.data() + used_);
  used_ += kNull.size();
}

void FlatList::begin() {
  if (any_) put(",");
  put(breaks_.inside);
  any_ = first_member_ = true;
}

void FlatList::set(std::string_view key, const std::optional<std::string_view>& raw) {
  put_key(key);
  if (!raw) return put_null();
  if (stands_for_itself(*raw)) return put_quoted(*raw);
  put(escaped(text(*raw)));
}

void FlatList::set_name(std::string_view key, std::string_view raw) {
  set(key, std::optional(raw));
  if (stands_for_itself(raw) || is_valid_utf8(raw)) return;
  put_key(std::string(key) + "_bytes");
  put_quoted(base64(raw));
}

void FlatList::finish() {
  if (any_) put(breaks_.before_end);
  put("]");
  flush();
}

}  // namespace oomwhy::json
