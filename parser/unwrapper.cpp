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

bool has(std::string_view line, std::string_view words) { return line.find(words) != std::string_view::npos; }

}  // namespace

bool is_of_report(std::string_view text) {
  return has(text, "invoked oom-killer") || has(text, "illed process ") || has(text, "ill process ") ||
         has(text, "oom-kill:constraint=");
}

void Unwrapper::hand_on(std::string_view line, std::uint64_t number) {
  if (wrapping_) {
    if (const auto inside = wrapping_->unwrap(line, scratch_)) {
      misses_ = 0;
      wrapping_->learn_suffix(*inside);
      return lines_(*inside, number);
    }
    if (++misses_ > kMostMisses) wrapping_.reset();
  }
  lines_(line, number);
}

// A line that fills the page waits for the next one.
void Unwrapper::put_together(std::string_view line, std::uint64_t number) {
  const bool goes_on = !whole_.empty() && is_broken(*wrapping_, piece_, line) && whole_.size() < kLongestHeld;
  if (!goes_on) end_line();
  const bool fills = wrapping_ && wrapping_->width != 0 && line.size() == wrapping_->width;
  if (!goes_on && !fills) return hand_on(line, number);
  if (!goes_on) whole_number_ = number;
  whole_.append(line);
  piece_.assign(line);
  if (!fills) end_line();
}

void Unwrapper::end_line() {
  if (whole_.empty()) return;
  hand_on(std::exchange(whole_, {}), whole_number_);
}

void Unwrapper::hold(std::string_view line, std::uint64_t number) {
  held_.push_back({std::string(line), number});
  held_bytes_ += line.size();
}

std::vector<std::string> Unwrapper::lines_of(const std::vector<Held>& held) {
  std::vector<std::string> lines;
  lines.reserve(held.size());
  for (const Held& line : held) lines.push_back(line.line);
  return lines;
}

// A line that is wrapped as those before it teaches nothing new.
bool Unwrapper::is_new_report(std::string_view line) const {
  if (line.size() > kLongestHeld || !is_of_report(line)) return false;
  const bool shaped = wrapping_ && (wrapping_->width != 0 || !wrapping_->prefix.empty());
  return !shaped || !wrapping_->prefix.match(line);
}

void Unwrapper::decide() {
  if (held_.empty()) return;
  if (auto learned = learn_wrapping(lines_of(held_))) {
    wrapping_ = std::move(learned);
    misses_ = 0;
  }
  const auto held = std::exchange(held_, {});
  held_bytes_ = 0;
  for (const Held& line : held) put_together(line.line, line.number);
}

void Unwrapper::turn_round() {
  backwards_ = false;
  auto held = std::exchange(held_, {});
  held_bytes_ = 0;
  for (auto line = held.rbegin(); line != held.rend(); ++line) feed(line->line, line->number);
}

void Unwrapper::flush() {
  if (backwards_ || is_reversed(lines_of(held_))) turn_round();
  decide();
  end_line();
}

void Unwrapper::feed(std::string_view line, std::uint64_t number) {
  if (backwards_) {
    hold(line, number);
    if (held_bytes_ > kMostBackwards) turn_round();
  } else if (!held_.empty()) {
    hold(line, number);
    if (held_.size() < kMostHeld && held_bytes_ < kMostHeldBytes) return;
    backwards_ = is_reversed(lines_of(held_));
    if (!backwards_) decide();
  } else if (is_new_report(line)) {
    end_line();
    hold(line, number);
  } else {
    put_together(line, number);
  }
}

}  // namespace oomwhy
