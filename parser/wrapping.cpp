#include "parser/wrapping.hpp"

#include <algorithm>
#include <array>

#include "parser/grammar.hpp"
#include "parser/line_parts.hpp"
#include "parser/quoting.hpp"
#include "parser/take.hpp"
#include "parser/trial_reading.hpp"

namespace oomwhy {
namespace {

// A pid follows; the words alone are short enough for a process's name.
constexpr std::string_view kKilled = "Killed process ";

// How kernel text of a report begins where no process has chosen the beginning.
constexpr std::array<std::string_view, 16> kBeginnings{"CPU: ",
                                                       "Pid: ",
                                                       "Call Trace:",
                                                       "Hardware name: ",
                                                       "Mem-Info:",
                                                       "Mem-info:",
                                                       "memory: usage ",
                                                       "Memory cgroup stats for ",
                                                       "Memory cgroup out of memory: Kill",
                                                       "Out of memory: Kill",
                                                       "Out of Memory: Kill",
                                                       "oom-kill:constraint=",
                                                       "Tasks state (memory values in pages):",
                                                       "Task in /",
                                                       "Node 0 ",
                                                       kKilled};
// Those of them that are the whole line.
constexpr std::array<std::string_view, 4> kWholeLines{
    "Call Trace:", "Mem-Info:", "Mem-info:", "Tasks state (memory values in pages):"};

struct Place {
  std::size_t offset = std::string_view::npos;
  std::string_view words;
};

template <std::size_t Size>
Place find_first(std::string_view line, const std::array<std::string_view, Size>& words) {
  Place first;
  for (const std::string_view beginning : words) {
    const auto offset = line.find(beginning);
    if (offset >= first.offset) continue;
    const auto behind = offset + beginning.size();
    if (beginning == kKilled && (behind >= line.size() || !is_digit(line[behind]))) continue;
    first = {offset, beginning};
  }
  return first;
}

bool begins_with(std::string_view text, std::string_view words) {
  take_blanks(text);
  return text.starts_with(words);
}

// A line whose text is a fact of its own teaches nothing: its words may be a process's name. Nor does one of a program
// that is named: what stands before the words is that program's.
bool is_understood(const TrialReading& reading, std::string_view words) {
  if (reading.named || (reading.records == 1 && begins_with(reading.text, words))) return true;
  const Fact fact = classify(reading.text);
  return !std::holds_alternative<Unrelated>(fact) && !std::holds_alternative<Damaged>(fact) &&
         !std::holds_alternative<StackLine>(fact) && !std::holds_alternative<Invocation>(fact);
}

// How much of the line is no envelope: up to the first place behind which a stamp and the text are read, else all of
// what stands before the text.
std::size_t unknown_length(std::string_view line, const Place& place) {
  for (std::size_t end = next_token_end(line, 0); end < place.offset; end = next_token_end(line, end)) {
    // Marks can be decorations that are stripped anyway; they belong to what stands before them.
    if (line[end] != '[' && !is_digit(line[end]) && !is_letter(line[end])) continue;
    if (line[end - 1] == '_') continue;  // the time of a date that is glued to it
    const TrialReading reading = read_last({line.substr(end)});
    if (reading.stamped && reading.records == 1 && begins_with(reading.text, place.words)) return end;
  }
  return place.offset;
}

std::optional<char> quote_at_end(std::string_view prefix) {
  constexpr std::string_view quotes = "\"'`";
  if (prefix.empty() || quotes.find(prefix.back()) == std::string_view::npos) return std::nullopt;
  return prefix.back();
}

bool is_blank_only(std::string_view text) { return text.find_first_not_of(" \t") == std::string_view::npos; }

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_closing_quote(std::string_view text, char quote) {
  auto inside = without_blanks_behind(text);
  if (inside.ends_with(',') || inside.ends_with(';')) inside.remove_suffix(1);
  return inside.ends_with(quote) ? inside.substr(0, inside.size() - 1) : text;
}

// Lists of strings escape the quote and the backslash.
std::string_view without_backslashes(std::string_view text, std::string& scratch) {
  if (text.find('\\') == std::string_view::npos) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      c = text[++i];
      if (c == 't') c = '\t';
    }
    scratch.push_back(c);
  }
  return scratch;
}

std::optional<Wrapping> learn_prefix(const std::vector<std::string>& lines) {
  std::vector<std::string_view> before;
  for (const std::string& line : lines) {
    before.emplace_back(line);
    const Place place = find_first(line, kBeginnings);
    if (place.words.empty() || is_blank_only(std::string_view(line).substr(0, place.offset))) continue;
    if (is_understood(read_last({line}), place.words)) return std::nullopt;
    // Some forms are told by the lines before them.
    std::vector<std::string_view> twice = before;
    twice.insert(twice.end(), before.begin(), before.end());
    if (is_understood(read_last(twice), place.words)) continue;
    const auto prefix = std::string_view(line).substr(0, unknown_length(line, place));
    Wrapping wrapping;
    wrapping.prefix = LineShape(prefix);
    wrapping.quote = quote_at_end(prefix);
    return wrapping;
  }
  return std::nullopt;
}

// What stands behind whole lines, in more than one line: "<br>", a border of blanks.
std::string common_suffix(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const Place place = find_first(line, kWholeLines);
    if (place.words.empty()) continue;
    const auto behind = std::string_view(line).substr(place.offset + place.words.size());
    const auto share = std::count_if(lines.begin(), lines.end(), [&](const std::string& other) {
      return is_blank_only(behind) ? !other.empty() && is_blank(other.back()) : other.ends_with(behind);
    });
    if (!behind.empty() && 2 * static_cast<std::size_t>(share) > lines.size()) return std::string(behind);
  }
  return {};
}

// Whether a line of the log begins here, and not the rest of one that was broken.
bool is_head(const LineShape& prefix, std::string_view line) {
  return prefix.empty() ? read_last({line}).stamped : prefix.match(line).has_value();
}

// How long the first line would be with the second's first word. The blanks that stood between them are lost; a table
// has many.
std::size_t with_next_word(std::string_view line, std::string_view next) {
  constexpr std::size_t kMostBlanks = 8;
  next.remove_prefix(quote_marks_length(next));
  return line.size() + kMostBlanks + std::min(next.find_first_of(" \t"), next.size());
}

// What begins with words of the kernel's own is no rest of another line.
bool is_rest(std::string_view text) { return find_first(text, kBeginnings).offset != 0 && is_weak(classify(text)); }

// A line that begins no line of the log and says nothing by itself: it may be the rest of the one before.
bool goes_on_in(const LineShape& prefix, std::string_view next) {
  next.remove_prefix(quote_marks_length(next));
  if (next.empty() || is_blank(next.front()) || !is_rest(next)) return false;
  return !is_head(prefix, next);
}

// Lines that begin alike have stamps or have none; then nothing is broken.
bool begin_alike(const std::vector<std::string>& lines) {
  const auto front = [](std::string_view line) {
    line.remove_prefix(quote_marks_length(line));
    return line.empty() ? ' ' : line.front();
  };
  return std::all_of(lines.begin(), lines.end(), [&](const std::string& line) {
    return is_blank(front(line)) || front(line) == front(lines.front());
  });
}

// Where lines were broken, as far as a few of them show it.
struct Border {
  std::size_t lines = 0;  // that were broken
  std::size_t shortest = std::string_view::npos, longest = 0;
  std::size_t least_need = std::string_view::npos;  // of room for the next line's first word
};

Border border_of(const LineShape& prefix, const std::vector<std::string>& lines) {
  Border border;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    if (!goes_on_in(prefix, lines[i + 1])) continue;
    ++border.lines;
    border.shortest = std::min(border.shortest, lines[i].size());
    border.longest = std::max(border.longest, lines[i].size());
    border.least_need = std::min(border.least_need, with_next_word(lines[i], lines[i + 1]));
  }
  return border;
}

// Bare lines of a report do not repeat the length of the longest one by chance.
std::size_t common_width(const std::vector<std::string>& lines) {
  constexpr std::ptrdiff_t kFew = 3;
  std::size_t longest = 0;
  for (const std::string& line : lines) longest = std::max(longest, line.size());
  const auto fills = [&](const std::string& line) { return line.size() == longest && !is_blank(line.back()); };
  return std::count_if(lines.begin(), lines.end(), fills) >= kFew ? longest : 0;
}

// A terminal breaks all lines at one place, a mail program where the next word would not have fitted. Anything else is
// lines of their own without a stamp.
void learn_widths(Wrapping& wrapping, const std::vector<std::string>& lines) {
  constexpr std::size_t kNarrowest = 40;
  constexpr std::size_t kWidest = 140;
  if (begin_alike(lines)) {
    const std::size_t width = common_width(lines);
    if (width >= kNarrowest) wrapping.width = width;
    return;
  }
  const Border border = border_of(wrapping.prefix, lines);
  if (border.lines < 2 || border.longest < kNarrowest) return;
  if (border.shortest == border.longest) {
    wrapping.width = border.longest;
  } else if (border.longest <= kWidest && border.longest < border.least_need) {
    wrapping.page = border.longest;
  }
}

}  // namespace

std::optional<Continuation> continuation(const Wrapping& wrapping, std::string_view first, std::string_view second) {
  if (wrapping.width > 0) {
    if (first.size() != wrapping.width || second.size() > wrapping.width) return std::nullopt;
    const bool rest = !is_head(wrapping.prefix, second) && is_rest(second);
    return rest ? std::optional(Continuation{"", second}) : std::nullopt;
  }
  if (wrapping.page == 0 || first.empty() || !goes_on_in(wrapping.prefix, second)) return std::nullopt;
  const auto text = second.substr(quote_marks_length(second));
  const bool would_have_fitted = with_next_word(first, text) <= wrapping.page;
  return would_have_fitted ? std::nullopt : std::optional(Continuation{" ", text});
}

std::optional<std::string_view> Wrapping::unwrap(std::string_view line, std::string& scratch) const {
  const auto length = prefix.match(line);
  if (!length) return std::nullopt;
  auto inside = line.substr(*length);
  if (quote) {
    inside = without_closing_quote(inside, *quote);
    return *quote == '"' ? without_backslashes(inside, scratch) : inside;
  }
  if (suffix.empty()) return inside;
  if (is_blank_only(suffix)) return without_blanks_behind(inside);
  if (inside.ends_with(suffix)) return inside.substr(0, inside.size() - suffix.size());
  return inside;
}

void Wrapping::learn_suffix(std::string_view unwrapped) {
  if (!suffix.empty() || quote) return;
  const Place place = find_first(unwrapped, kWholeLines);
  if (!place.words.empty()) suffix = unwrapped.substr(place.offset + place.words.size());
}

std::optional<Wrapping> learn_wrapping(const std::vector<std::string>& lines) {
  const auto wrapping = learn_prefix(lines);
  const std::string suffix = common_suffix(lines);
  Wrapping learned = wrapping.value_or(Wrapping{});
  learned.suffix = suffix;
  learn_widths(learned, lines);
  const bool any = wrapping || !suffix.empty() || learned.width > 0 || learned.page > 0;
  return any ? std::optional(std::move(learned)) : std::nullopt;
}

}  // namespace oomwhy
