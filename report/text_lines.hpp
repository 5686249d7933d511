// Lines of a terminal screen as values: pieces with a tone, cells of a table, wrapped sentences. Every text that comes
// in must have been through escape_terminal().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/append.hpp"
#include "report/format.hpp"
#include "report/renderer.hpp"

namespace oomwhy {

// What a piece of a line is; colour only repeats what its words say.
enum class Tone { Plain, Heading, Cause, Victim, Alarm, Faint };

struct TextSpan {
  std::string text;
  Tone tone = Tone::Plain;
};
using TextLine = std::vector<TextSpan>;
using TextLines = std::vector<TextLine>;

enum class Align { Left, Right };

// One cell of a row: cut or padded to its width.
struct TextCell {
  std::string text;
  std::size_t width = 0;
  Align align = Align::Left;
  Tone tone = Tone::Plain;
};

Charset charset_of(const TextStyle& style);

// Cells side by side, a blank between them, behind `indent` blanks.
TextLine table_row(std::size_t indent, const std::vector<TextCell>& cells, const TextStyle& style);

// `text` broken at blanks, what is longer than a line wherever the line ends; the first line behind `first` blanks, the
// others behind `next`.
struct Indent {
  std::size_t first = 0, next = 0;
};
TextLines wrapped(std::string_view text, Indent indent, const TextStyle& style, Tone tone = Tone::Plain);

// The first `most` lines; where that is not all, the last of them ends in the sign of a cut.
TextLines at_most(std::size_t most, TextLines lines, const TextStyle& style);

// `share` (0 to 1) as a bar of up to `width` columns.
std::string bar(double share, std::size_t width, const TextStyle& style);

// "<= " or "≤ " where a size is an upper bound, else "".
std::string bound_sign(bool upper_bound, const TextStyle& style);

// The lines as text, each cut to the style's width.
std::string to_text(const TextLines& lines, const TextStyle& style);

}  // namespace oomwhy
