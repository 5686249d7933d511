// Numbers and hostile strings as text. Names in a log are chosen by processes: every renderer passes them through here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/event.hpp"
#include "parser/units.hpp"

namespace oomwhy {

std::string format_size(Bytes size);  // "6.9 GiB", "172 MiB", "0 B"; one decimal below 10 of a unit and from GiB on
std::string format_part(double share, std::string_view whole);  // "44% of RAM", "all of RAM"
std::string format_share(double share);  // "44%"; "<1%" for less than half a percent that is not nothing
// RFC 3339 "2025-11-18T02:02:41.204Z", with as many digits of the second as there are (0, 3 or 6). Absent outside the
// years 0000 to 9999, for which RFC 3339 has no form.
std::optional<std::string> format_rfc3339(std::int64_t realtime_us);
std::string format_time_utc(std::int64_t realtime_us);  // the same; outside those years "@SECONDS" since the epoch
std::string format_uptime(std::int64_t uptime_us);      // "12.345 s after boot"
std::string format_time(const Time& time);  // the best that is known: RFC 3339, else since boot, else as printed

// What the reader's terminal can show.
enum class Charset { Ascii, Utf8 };

// For a terminal. A byte below 0x20, 0x7f and every byte that is not part of valid UTF-8 becomes \xNN. A code point
// that moves the cursor, hides, joins or reorders its neighbours, or has no sure width (C1 controls, bidi and
// zero-width marks, line separators, unusual blanks, private use, a combining mark with nothing before it) becomes
// \u{NNNN}; for Charset::Ascii every code point above 0x7e does. A backslash stays as it is ("dev-sda\x2d1.device" can
// be copied), except where it could be taken for one of these escapes (before another backslash, before "u{", before
// "x" and the digits of a byte that would have been escaped, and at the end): there it is doubled. So two different
// names never look alike.
std::string escape_terminal(std::string_view raw, Charset charset = Charset::Utf8);

// For Markdown text (CommonMark and GFM, table cells included): escape_terminal(), and nothing in it can start an
// element, link, mention, reference, emoji, formula, HTML or table cell. Where a backslash would not help because
// GitHub looks at the rendered text ("@user", "#1", ":x:", "a@b.c"), the sign stands in a code span of its own.
std::string escape_markdown(std::string_view raw);
// The same as a whole code span, for names: "`mariadbd`". Backtick and pipe become \x60 and \x7c, blanks at either end
// and blanks in a row \x20. An empty name is "(empty)".
std::string markdown_code(std::string_view raw);

// Valid UTF-8: each byte that is not is replaced by U+FFFD.
std::string to_utf8(std::string_view raw);
bool is_valid_utf8(std::string_view raw);

// Columns that a text takes in a terminal; wide and combining characters counted as such.
std::size_t display_width(std::string_view utf8);
// Cut to `columns`, with "…" ("~" for Charset::Ascii) where something was cut; padded with blanks when `pad`.
std::string fit(std::string_view utf8, std::size_t columns, bool pad, Charset charset = Charset::Utf8);
// The longest beginning that takes no more than `columns`, never empty unless `utf8` is, and never inside a character.
std::string_view beginning_of_width(std::string_view utf8, std::size_t columns);

}  // namespace oomwhy
