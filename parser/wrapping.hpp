// What a paste, a list or a collector has put around every line of a log, where no envelope of ours knows it: quotes
// and commas, markup, columns of another tool. It is learned from a few lines in which kernel text has a beginning that
// cannot be mistaken ("CPU: 0 PID: ", "Mem-Info:").
//
//         "[  103.660368] php invoked oom-killer: gfp_mask=…",        prefix: eight blanks and a quote; suffix: quote,
//         comma
//   W/kernel  (    0): CPU: 0 PID: 233 Comm: php Not tainted          prefix: up to the second blank
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/line_shape.hpp"

namespace oomwhy {

struct Wrapping {
  LineShape prefix;
  std::string suffix;         // as printed; blanks: any number of them
  std::optional<char> quote;  // the prefix opens with it: it is closed at the end, with or without a comma behind
  std::size_t width = 0;      // bytes after which a terminal went on in the next line; 0: it did not
  std::size_t page = 0;       // bytes of the longest line that a mail program broke between two words; 0: it did not

  // The text inside; absent: the line is not wrapped like this. The view points into `line` or, where quotes had to be
  // undone, into `scratch`.
  std::optional<std::string_view> unwrap(std::string_view line, std::string& scratch) const;
  // Takes the suffix from a line whose text is known to its end ("Mem-Info:").
  void learn_suffix(std::string_view unwrapped);
};

// How the second line goes on with the first one, which was broken: what stood between them, and what of the second is
// its own. Absent: they are two lines.
struct Continuation {
  std::string_view separator, text;
};
std::optional<Continuation> continuation(const Wrapping& wrapping, std::string_view first, std::string_view second);

// From neighbouring lines, the first of which begins or is a part of a report. Absent: none of them has anything around
// it that is not known already, or nothing can be told.
std::optional<Wrapping> learn_wrapping(const std::vector<std::string>& lines);

}  // namespace oomwhy
