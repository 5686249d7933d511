// A JSON object of plain values on one line, written as its members come: a storm has thousands of task tables, and the
// library's tree for one of their rows costs several times as much as its text. Private to the JSON renderer.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oomwhy::json {

void append_number(std::int64_t number, std::string& out);
void append_number(std::uint64_t number, std::string& out);
// In quotes and escaped; bytes that are not UTF-8 are replaced.
void append_text(std::string_view raw, std::string& out);

class FlatObject {
 public:
  // Writes to the end of `out`, which lives longer.
  explicit FlatObject(std::string& out) : out_(out) {}
  void end() { out_ += separator_ == '{' ? "{}" : "}"; }

  // Absent is null. `key` needs no escapes.
  template <std::integral Number>
  void set(std::string_view key, const std::optional<Number>& number) {
    begin(key);
    if (!number) {
      out_ += "null";
    } else if constexpr (std::same_as<Number, bool>) {
      out_ += *number ? "true" : "false";
    } else if constexpr (std::signed_integral<Number>) {
      append_number(static_cast<std::int64_t>(*number), out_);
    } else {
      append_number(static_cast<std::uint64_t>(*number), out_);
    }
  }
  template <std::integral Number>
  void set(std::string_view key, Number number) {
    set(key, std::optional<Number>(number));
  }
  void set(std::string_view key, const std::optional<std::string_view>& raw) {
    begin(key);
    if (raw) {
      append_text(*raw, out_);
    } else {
      out_ += "null";
    }
  }

 private:
  void begin(std::string_view key) {
    out_ += separator_;
    separator_ = ',';
    out_.append("\"").append(key).append("\":");
  }

  std::string& out_;
  char separator_ = '{';
};

}  // namespace oomwhy::json
