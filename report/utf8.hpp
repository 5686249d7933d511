// A text taken apart into code points and the bytes that are none.
#pragma once

#include <cstdint>
#include <string_view>

namespace oomwhy {

struct CodePoint {
  std::int32_t value = 0;  // the code point, or the byte itself where `valid` is false
  std::string_view bytes;  // 1 to 4 bytes of the text
  bool valid = false;
};

// The code point at the beginning of `text`, which must not be empty. A byte that starts no valid sequence is taken
// alone.
CodePoint first_code_point(std::string_view text);

// What a terminal makes of a code point.
std::size_t code_point_width(std::int32_t code_point);
bool is_combining(std::int32_t code_point);
// True where a code point shows as itself, in a known width, and leaves its neighbours alone. A blank is; a tab is not.
bool is_plain(std::int32_t code_point);

}  // namespace oomwhy
