#include "parser/look_ahead.hpp"

#include <algorithm>
#include <utility>

#include "parser/grammar.hpp"
#include "parser/read_ahead.hpp"

namespace oomwhy {

LookAhead::LookAhead(TextSource& source, Normalizer& normalizer, Assembler& assembler, LineSink out_of_order)
    : source_(source), normalizer_(normalizer), assembler_(assembler), out_of_order_(std::move(out_of_order)) {}

void LookAhead::learn(std::string_view physical, const LogLine& line) {
  if (physical.empty()) return;
  // A line that waited lies in a buffer of its own, with no slack behind it.
  std::array<char, PlainEnvelope::kReach> front{};
  std::copy_n(physical.data(), std::min(physical.size(), front.size()), front.data());
  if (shape_.known() && shape_.fits(front.data(), physical.size())) return;
  PlainEnvelope shape;
  if (shape.learn(physical, line)) shape_ = shape;
}

void LookAhead::note_held() {
  held_ = source_.ahead().data();
  held_from_ = source_.position();
}

// Forgets what was found before the line on which the source stands.
void LookAhead::catch_up() {
  begin_ = source_.position();
  note_held();
  if (begin_ < base_ || begin_ > scanned_to_) {
    base_ = scanned_to_ = begin_;
    findings_.line_ends.clear();
    findings_.anchors.clear();
    next_end_ = next_anchor_ = 0;
  }
  skip_to_begin();
}

void LookAhead::skip_to_begin() {
  const auto& ends = findings_.line_ends;
  while (next_end_ < ends.size() && base_ + ends[next_end_] < begin_) ++next_end_;
}

// What was found as the lines were read. False: they were not searched, or the source does not hold all of them yet.
bool LookAhead::take_findings(std::uint64_t held_to) {
  const SearchedLines* const lines = source_.searched(scanned_to_);
  if (lines == nullptr || lines->end > held_to) return false;
  base_ = lines->begin;
  findings_ = lines->findings;
  scanned_to_ = lines->end;
  return true;
}

bool LookAhead::scan_more() {
  for (;;) {
    const auto held = source_.ahead();
    const auto known = static_cast<std::size_t>(scanned_to_ - source_.position());
    if (held.size() > known) {
      note_held();
      if (!take_findings(source_.position() + held.size())) {
        base_ = scanned_to_;
        scan_block(held.substr(known), method_, findings_);
        scanned_to_ += held.size() - known;
      }
      next_end_ = next_anchor_ = 0;
      skip_to_begin();
      return true;
    }
    if (!source_.read_on()) {
      // Its buffer may have moved before the end showed.
      note_held();
      return false;
    }
  }
}

// False: the next line has to be parsed.
bool LookAhead::judge_next(Run& run) {
  const std::uint64_t end = base_ + findings_.line_ends[next_end_];
  const auto& anchors = findings_.anchors;
  while (next_anchor_ < anchors.size() && base_ + anchors[next_anchor_] < begin_) ++next_anchor_;
  if (next_anchor_ < anchors.size() && base_ + anchors[next_anchor_] < end) return false;
  const auto length = static_cast<std::size_t>(end - begin_);
  const char* const line = at(begin_);
  if (length > kLongestLine || !shape_.fits(line, length)) return false;
  Judged judged{begin_, run.first + run.count, length, {}};
  if (!judge_plain({line, length}, shape_.envelope(), shape_, run.context, judged.plain)) return false;
  run.tail[run.count % kTail] = judged;
  if (judged.plain.has_uptime) {
    run.context.uptime_us = judged.plain.uptime_us;
    run.clock = judged;
    run.clock_text.clear();
  }
  ++run.count;
  begin_ = end + 1;
  ++next_end_;
  return true;
}

void LookAhead::drop(Run& run, const Judged& keep_from) {
  if (run.clock && run.clock_text.empty() && run.clock->begin < keep_from.begin) {
    run.clock_text.assign(at(run.clock->begin), run.clock->length);
  }
  const std::uint64_t lines = keep_from.number - run.first;
  source_.pass(static_cast<std::size_t>(keep_from.begin - source_.position()), lines - run.dropped);
  run.dropped = lines;
}

// The last line always: it is what the next one is compared with. All from the first one on that may be a fact: near
// one, other lines are read more closely.
std::size_t LookAhead::lines_to_parse(const Run& run) const {
  for (std::size_t back = run.tail_size(); back-- > 1;) {
    const Judged& line = run.from_end(back);
    if (line.plain.by_kernel) continue;
    if (has_shape_of_fact({at(line.begin) + line.plain.text, line.length - line.plain.text})) return back + 1;
  }
  return 1;
}

std::uint64_t LookAhead::finish(Run& run) {
  to_parse_ = 1;
  if (run.count == 0) return 0;
  const std::size_t kept = lines_to_parse(run);
  to_parse_ += kept;
  const Judged& first_kept = run.from_end(kept - 1);
  drop(run, first_kept);
  const bool has_clock = run.clock && run.clock->begin < first_kept.begin;
  const std::uint64_t left_out = run.dropped - (has_clock ? 1 : 0);
  normalizer_.pass(shape_.form(), left_out);
  assembler_.pass(left_out);
  if (has_clock) out_of_order_({.bytes = run.clock_text, .line = run.clock->number});
  return left_out;
}

bool LookAhead::is_quiet() const { return normalizer_.quiet() && assembler_.quiet(); }

void LookAhead::begin_run() {
  run_.first = source_.lines() + 1;
  run_.count = run_.dropped = 0;
  run_.context = {assembler_.uptime_us(), assembler_.has_ended_reports()};
  run_.clock.reset();
}

// The normalizer keeps the line before until the next one has come. False: the next line is not plain, or what waited
// has changed how it is read.
bool LookAhead::hand_on_delayed() {
  if (!normalizer_.delays()) return true;
  if (next_end_ == findings_.line_ends.size() && !scan_more()) return false;
  begin_run();
  if (!judge_next(run_)) return false;
  begin_ = run_.from_end(0).begin;
  --next_end_;
  normalizer_.hand_on_delayed();
  return is_quiet();
}

std::uint64_t LookAhead::pass() {
  if (to_parse_ > 0) --to_parse_;
  if (to_parse_ > 0 || !shape_.known() || !is_quiet()) return 0;
  catch_up();
  if (!hand_on_delayed()) {
    to_parse_ = 1;
    return 0;
  }
  begin_run();
  do {
    while (next_end_ < findings_.line_ends.size()) {
      if (!judge_next(run_)) return finish(run_);
    }
    if (run_.count > 0) drop(run_, run_.from_end(run_.tail_size() - 1));
  } while (scan_more());
  return finish(run_);
}

}  // namespace oomwhy
