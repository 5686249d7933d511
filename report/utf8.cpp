#include "report/utf8.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>

namespace oomwhy {

namespace {

struct Range {
  std::int32_t first, last;
};

// Default_Ignorable_Code_Point beyond general category Cf (Unicode 15, DerivedCoreProperties.txt): they show nothing.
// U+2800 is no ignorable, but its picture is a blank.
constexpr std::array<Range, 10> kInvisible{{{0x034f, 0x034f},
                                            {0x115f, 0x1160},
                                            {0x17b4, 0x17b5},
                                            {0x180b, 0x180f},
                                            {0x2065, 0x2065},
                                            {0x2800, 0x2800},
                                            {0x3164, 0x3164},
                                            {0xfe00, 0xfe0f},
                                            {0xffa0, 0xffa0},
                                            {0xe0000, 0xe0fff}}};

bool is_invisible(std::int32_t code_point) {
  return std::any_of(kInvisible.begin(), kInvisible.end(),
                     [code_point](Range range) { return range.first <= code_point && code_point <= range.last; });
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  utf8proc_int32_t value = -1;
  const utf8proc_ssize_t length = utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (length <= 0 || value < 0) {
    return {.value = static_cast<unsigned char>(text.front()), .bytes = text.substr(0, 1), .valid = false};
  }
  return {.value = value, .bytes = text.substr(0, static_cast<std::size_t>(length)), .valid = true};
}

std::size_t code_point_width(std::int32_t code_point) {
  return static_cast<std::size_t>(std::max(utf8proc_charwidth(code_point), 0));
}

bool is_combining(std::int32_t code_point) {
  const utf8proc_category_t category = utf8proc_category(code_point);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

bool is_plain(std::int32_t code_point) {
  if (code_point < 0x80) return code_point >= 0x20 && code_point != 0x7f;
  if (is_invisible(code_point)) return false;
  const utf8proc_category_t category = utf8proc_category(code_point);
  constexpr std::array kNotPlain{UTF8PROC_CATEGORY_CN, UTF8PROC_CATEGORY_ZS, UTF8PROC_CATEGORY_ZL,
                                 UTF8PROC_CATEGORY_ZP, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF,
                                 UTF8PROC_CATEGORY_CS, UTF8PROC_CATEGORY_CO};
  return std::find(kNotPlain.begin(), kNotPlain.end(), category) == kNotPlain.end();
}

}  // namespace oomwhy
