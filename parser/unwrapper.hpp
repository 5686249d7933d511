// The step before the envelopes: takes off what was put around every line where no envelope knows it (see
// wrapping.hpp). Where a report begins, a few lines are held until they have shown it. They also show a log with its
// newest line first, which is turned round.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/wrapping.hpp"

namespace oomwhy {

// Whether the text has a line that begins a report, or one that can be all that is left of it.
bool is_of_report(std::string_view text);

class Unwrapper {
 public:
  using LineSink = std::function<void(std::string_view, std::uint64_t)>;
  explicit Unwrapper(LineSink lines) : lines_(std::move(lines)) {}

  // Hands the line on, unwrapped where it was wrapped, or holds it. Its text is valid until the sink returns.
  void feed(std::string_view line, std::uint64_t number);
  // Hands on what is held.
  void flush();
  // Nothing but the line before is held, and no wrapping is known: a line that is not of a report changes only counts.
  bool quiet() const { return held_.empty() && whole_.empty() && !wrapping_ && !backwards_; }
  void pass(std::uint64_t lines) { plain_lines_ -= std::min<std::uint64_t>(lines, plain_lines_); }
  // The line before waits for the next one. Where that is not of a report, it can be handed on at once.
  bool delays() const { return has_last_; }
  void hand_on_last();

 private:
  struct Held {
    std::string line;
    std::uint64_t number;
  };

  bool is_new_report(std::string_view line) const;
  void hold(std::string_view line, std::uint64_t number);
  void look();
  void release();
  void delay(std::string_view line, std::uint64_t number);
  void turn_round();
  void put_together(std::string_view line, std::uint64_t number);
  void end_line();
  void hand_on(std::string_view line, std::uint64_t number);

  LineSink lines_;
  std::optional<Wrapping> wrapping_;
  std::vector<Held> held_;
  std::size_t held_bytes_ = 0;
  bool backwards_ = false;       // what is held is a log with its newest line first
  std::size_t misses_ = 0;       // lines in a row from which nothing was taken off
  char plain_front_ = 0;         // how the last report began in which nothing had to be learned
  std::size_t plain_lines_ = 0;  // lines for which that is remembered
  std::string last_;             // the line before, not yet handed on
  std::uint64_t last_number_ = 0;
  bool has_last_ = false;
  std::string piece_, whole_;  // the last line, which may have been broken, and all of its pieces
  std::uint64_t whole_number_ = 0;
  std::string scratch_;
};

}  // namespace oomwhy
