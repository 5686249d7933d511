#include "report/text_lines.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace oomwhy {

namespace {

std::string_view colour_of(Tone tone) {
  switch (tone) {
    case Tone::Plain:
      return "";
    case Tone::Heading:
      return "\x1b[1m";
    case Tone::Cause:
      return "\x1b[33m";
    case Tone::Victim:
      return "\x1b[36m";
    case Tone::Alarm:
      return "\x1b[31m";
    case Tone::Faint:
      return "\x1b[2m";
  }
  return "";
}

std::size_t width_of(const TextLine& line) {
  std::size_t width = 0;
  for (const TextSpan& span : line) width += display_width(span.text);
  return width;
}

// Without the blanks that only fill the last cell.
TextLine trimmed(TextLine line) {
  while (!line.empty() && line.back().text.find_last_not_of(' ') == std::string::npos) line.pop_back();
  if (!line.empty()) line.back().text.resize(line.back().text.find_last_not_of(' ') + 1);
  return line;
}

// Cuts at the right margin; the sign of the cut stands in the last piece that is shown.
TextLine cut(TextLine line, const TextStyle& style) {
  if (width_of(line) <= style.width) return line;
  TextLine shown;
  std::size_t room = style.width;
  for (const TextSpan& span : line) {
    const std::size_t width = display_width(span.text);
    if (width < room) {
      shown.push_back(span);
      room -= width;
      continue;
    }
    // The piece that reaches the margin: fit() marks the cut even where only later pieces are lost.
    shown.push_back({fit(span.text + " ", room, false, charset_of(style)), span.tone});
    break;
  }
  return shown;
}

void write_line(const TextLine& line, const TextStyle& style, std::string& out) {
  for (const TextSpan& span : cut(trimmed(line), style)) {
    const std::string_view colour = style.color ? colour_of(span.tone) : "";
    out += colour;
    out += span.text;
    if (!colour.empty()) out += "\x1b[0m";
  }
  out += '\n';
}

// The next stretch of `text` that fits into `room`, taken off it with the blanks behind it.
std::string_view take_line(std::string_view& text, std::size_t room) {
  std::string_view line = beginning_of_width(text, room);
  if (line.size() < text.size() && text[line.size()] != ' ') {
    const std::size_t blank = line.find_last_of(' ');
    if (blank != std::string_view::npos && blank > 0) line = line.substr(0, blank);
  }
  text.remove_prefix(line.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return line;
}

}  // namespace

Charset charset_of(const TextStyle& style) { return style.utf8 ? Charset::Utf8 : Charset::Ascii; }

TextLine table_row(std::size_t indent, const std::vector<TextCell>& cells, const TextStyle& style) {
  TextLine line{{std::string(indent, ' '), Tone::Plain}};
  for (const TextCell& cell : cells) {
    const std::string text = fit(cell.text, cell.width, false, charset_of(style));
    const std::string padding(cell.width - std::min(cell.width, display_width(text)), ' ');
    if (&cell != &cells.front()) line.push_back({" ", Tone::Plain});
    if (cell.align == Align::Right) line.push_back({padding, Tone::Plain});
    line.push_back({text, cell.tone});
    if (cell.align == Align::Left) line.push_back({padding, Tone::Plain});
  }
  return line;
}

TextLines wrapped(std::string_view text, Indent indent, const TextStyle& style, Tone tone) {
  TextLines lines;
  std::size_t margin = indent.first;
  while (!text.empty()) {
    // On a very narrow terminal the words count for more than the indentation.
    const std::size_t blanks = margin + 20 < style.width ? margin : 0;
    const std::string_view line = take_line(text, std::max<std::size_t>(style.width - blanks, 1));
    lines.push_back({{std::string(blanks, ' '), Tone::Plain}, {std::string(line), tone}});
    margin = indent.next;
  }
  return lines;
}

TextLines at_most(std::size_t most, TextLines lines, const TextStyle& style) {
  if (lines.size() <= most) return lines;
  lines.resize(most);
  TextSpan& end = lines.back().back();
  // One column more than there is room for, so that fit() cuts.
  const std::size_t others = width_of(lines.back()) - display_width(end.text);
  const std::size_t room = std::max(style.width, others + 4) - others;
  end.text =
      fit(end.text + std::string(room, ' '), std::min(room, display_width(end.text) + 4), false, charset_of(style));
  return lines;
}

std::string bar(double share, std::size_t width, const TextStyle& style) {
  const double bounded = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  if (!style.utf8) return std::string(static_cast<std::size_t>(std::lround(bounded * static_cast<double>(width))), '#');
  constexpr std::array<std::string_view, 8> kEighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(bounded * static_cast<double>(width) * 8.0));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text.append(kEighths[eighths % 8]);
}

std::string bound_sign(bool upper_bound, const TextStyle& style) {
  if (!upper_bound) return "";
  return style.utf8 ? "≤ " : "<= ";
}

std::string to_text(const TextLines& lines, const TextStyle& style) {
  std::string out;
  for (const TextLine& line : lines) write_line(line, style, out);
  return out;
}

}  // namespace oomwhy
