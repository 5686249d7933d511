#include "parser/unwrapper.hpp"

#include <utility>

#include "parser/reversed.hpp"

namespace oomwhy {
namespace {

// A report's head, from its first line to the end of its stack, mostly fits in.
constexpr std::size_t kMostHeld = 32;
constexpr std::size_t kMostHeldBytes = std::size_t{64} * 1024;
constexpr std::size_t kMostBackwards = std::size_t{32} * 1024 * 1024;  // bytes; a longer log is turned in pieces
constexpr std::size_t kLongestHeld = 4096;
constexpr std::size_t kMostMisses = 200;
constexpr std::size_t kPlainStretch = 20000;  // lines

bool has(std::string_view line, std::string_view words) { return line.find(words) != std::string_view::npos; }

}  // namespace

bool is_of_report(std::string_view text) {
  return has(text, "oom-killer") || has(text, "illed process ") || has(text, "ill process ") ||
         has(text, "oom-kill:constraint=");
}

void Unwrapper::hand_on(std::string_view line, std::uint64_t number) {
  if (wrapping_) {
    const auto inside = wrapping_->unwrap(line, scratch_);
    if (inside && inside->size() != line.size()) misses_ = 0;
    if (++misses_ > kMostMisses) wrapping_.reset();
    if (inside && wrapping_) wrapping_->learn_suffix(*inside);
    if (inside) return lines_(*inside, number);
  }
  lines_(line, number);
}

// Where lines were broken, each waits for the next one.
void Unwrapper::put_together(std::string_view line, std::uint64_t number) {
  const bool may_be_piece = wrapping_ && !whole_.empty() && whole_.size() < kLongestHeld;
  if (const auto rest = may_be_piece ? continuation(*wrapping_, piece_, line) : std::nullopt) {
    whole_.append(rest->separator).append(rest->text);
    piece_.assign(line);
    misses_ = 0;
    return;
  }
  end_line();
  if (!wrapping_ || (wrapping_->width == 0 && wrapping_->page == 0) || line.empty()) return hand_on(line, number);
  whole_.assign(line);
  piece_.assign(line);
  whole_number_ = number;
}

void Unwrapper::end_line() {
  if (whole_.empty()) return;
  hand_on(std::exchange(whole_, {}), whole_number_);
}

void Unwrapper::hold(std::string_view line, std::uint64_t number) {
  held_.push_back({std::string(line), number});
  held_bytes_ += line.size();
}

// A line that is wrapped as those before it teaches nothing new, nor does one that begins as the last one did in which
// nothing had to be learned.
bool Unwrapper::is_new_report(std::string_view line) const {
  if (line.empty() || line.size() > kLongestHeld) return false;
  if (plain_lines_ > 0 && line.front() == plain_front_) return false;
  if (!is_of_report(line)) return false;
  const bool shaped = wrapping_ && (wrapping_->width != 0 || !wrapping_->prefix.empty());
  return !shaped || !wrapping_->prefix.match(line);
}

void Unwrapper::look() {
  if (held_.empty()) return;
  std::vector<std::string> lines;
  lines.reserve(held_.size());
  for (const Held& held : held_) lines.push_back(held.line);
  auto learned = learn_wrapping(lines);
  if (learned) {
    for (std::string& line : lines) line = learned->unwrap(line, scratch_).value_or(line);
  }
  backwards_ = is_reversed(lines);
  if (backwards_) return;
  if (!learned && !wrapping_) {
    plain_front_ = held_.size() > 1 && !held_[1].line.empty() ? held_[1].line.front() : '\0';
    plain_lines_ = kPlainStretch;
  }
  if (learned) wrapping_ = std::move(learned);
  misses_ = 0;
  release();
}

void Unwrapper::release() {
  const auto held = std::exchange(held_, {});
  held_bytes_ = 0;
  for (const Held& line : held) put_together(line.line, line.number);
}

// The line before a report may be the first piece of the report's own first line.
void Unwrapper::delay(std::string_view line, std::uint64_t number) {
  hand_on_last();
  if (plain_lines_ > 0 || line.size() > kLongestHeld) return put_together(line, number);
  last_.assign(line);
  last_number_ = number;
  has_last_ = true;
}

void Unwrapper::hand_on_last() {
  if (!std::exchange(has_last_, false)) return;
  put_together(last_, last_number_);
}

void Unwrapper::turn_round() {
  backwards_ = false;
  const auto held = std::exchange(held_, {});
  held_bytes_ = 0;
  for (auto line = held.rbegin(); line != held.rend(); ++line) feed(line->line, line->number);
}

void Unwrapper::flush() {
  look();
  if (backwards_) {
    turn_round();
    look();
    // The end of the log: what is left has been turned once.
    backwards_ = false;
    release();
  }
  hand_on_last();
  end_line();
}

void Unwrapper::feed(std::string_view line, std::uint64_t number) {
  if (plain_lines_ > 0) --plain_lines_;
  if (backwards_) {
    hold(line, number);
    if (held_bytes_ > kMostBackwards) turn_round();
  } else if (!held_.empty()) {
    hold(line, number);
    if (held_.size() >= kMostHeld || held_bytes_ >= kMostHeldBytes) look();
  } else if (is_new_report(line)) {
    end_line();
    if (has_last_) hold(last_, last_number_);
    has_last_ = false;
    hold(line, number);
  } else {
    delay(line, number);
  }
}

}  // namespace oomwhy
