// A JSON array of objects of plain values, one on a line, written as their members come: a storm has thousands of task
// tables, and the library's tree for one of their rows costs several times as much as its text. Private to the JSON
// renderer.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oomwhy::json {

// Where a line breaks: "\n" and blanks, or nothing where all stands on one line.
struct LineBreaks {
  std::string inside, before_end;
};

class FlatList {
 public:
  // Writes to the end of `out`; both live longer.
  FlatList(const LineBreaks& breaks, std::string& out) : breaks_(breaks), out_(out) { put("["); }
  FlatList(const FlatList&) = delete;
  FlatList& operator=(const FlatList&) = delete;

  void begin();
  // A member of the object that was begun; no value is null. `key` needs no escapes.
  template <std::integral Number>
  void set(std::string_view key, const std::optional<Number>& number) {
    put_key(key);
    if (!number) return put_null();
    if constexpr (std::same_as<Number, bool>) {
      put(*number ? "true" : "false");
    } else if constexpr (std::signed_integral<Number>) {
      put_number(std::int64_t{*number});
    } else {
      put_number(std::uint64_t{*number});
    }
  }
  template <std::integral Number>
  void set(std::string_view key, Number number) {
    set(key, std::optional<Number>(number));
  }
  void set(std::string_view key, const std::optional<std::string_view>& raw);
  // A name as text and, where its bytes are not valid UTF-8, as `key`_bytes in base64.
  void set_name(std::string_view key, std::string_view raw);
  void end() { put("}"); }

  void finish();

 private:
  void put(std::string_view text);
  void put_key(std::string_view key);  // of at most a hundred characters
  void put_null();
  void put_number(std::int64_t number);
  void put_number(std::uint64_t number);
  void put_quoted(std::string_view plain);
  void flush();

  const LineBreaks& breaks_;
  std::string& out_;
  bool any_ = false, first_member_ = true;
  // What is not yet in out_: small pieces are cheaper to put here.
  std::array<char, 4096> pieces_{};
  std::size_t used_ = 0;
};

// Single values at the end of a text; text is escaped, and bytes that are not UTF-8 are replaced.
void append_number(std::int64_t number, std::string& out);
void append_number(std::uint64_t number, std::string& out);
void append_text(std::string_view raw, std::string& out);

}  // namespace oomwhy::json
