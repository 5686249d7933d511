#include "parser/rejoin.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include "parser/event_time.hpp"
#include "parser/held_line.hpp"
#include "parser/joined_reading.hpp"
#include "parser/line_parts.hpp"
#include "parser/report_opening.hpp"
#include "parser/scan_text.hpp"

namespace oomwhy {

namespace {

constexpr std::size_t kLookAhead = 16;      // lines, blank ones included
constexpr std::size_t kLongestJoin = 8192;  // bytes

template <typename Kind>
bool is(const Fact& fact) {
  return std::holds_alternative<Kind>(fact);
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r") == std::string_view::npos; }

// One record has one stamp; a console and a syslog daemon print it before each of its lines.
bool same_stamp(const LogLine& a, const LogLine& b) {
  if (a.stamp.uptime_us || b.stamp.uptime_us) return a.stamp.uptime_us == b.stamp.uptime_us;
  return a.stamp.as_printed == b.stamp.as_printed;
}

bool same_writer(const LogLine& a, const LogLine& b) {
  return a.form == b.form && a.identifier == b.identifier && a.host == b.host;
}

// Forms that print a record of several lines with the full prefix before each; the others have ways of their own to
// show what is one record.
bool repeats_prefix(EnvelopeForm form) {
  return form == EnvelopeForm::Dmesg || form == EnvelopeForm::Syslog3164 || form == EnvelopeForm::SyslogIso ||
         form == EnvelopeForm::Syslog5424 || form == EnvelopeForm::Pstore;
}

bool one_record_by_prefix(const LogLine& a, const LogLine& b) {
  return a.enveloped && b.enveloped && repeats_prefix(b.form) && !b.stamp.as_printed.empty() && same_stamp(a, b) &&
         same_writer(a, b);
}

// A single word, as the second half of a name mostly is; not the dashes that grep puts between its matches.
bool is_word(std::string_view text) {
  if (text.find_first_of(" \t") != std::string_view::npos || is_elision(text)) return false;
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c >= 0x80; });
}

}  // namespace

class Rejoiner::State {
 public:
  explicit State(FactSink facts) : facts_(std::move(facts)) {}

  void feed(const LogLine& line);
  void flush();
  bool quiet() const { return !holding_ && since_fact_ >= kNearReport; }
  void pass(std::uint64_t lines) { since_fact_ += lines; }

 private:
  // How two pieces may have been one line, the likeliest first.
  using Separators = std::array<const char*, 3>;
  Separators separators(const LogLine& next) const;

  void process(const LogLine& line);
  void hand_on(const LogLine& line, const Fact& fact);
  bool is_open_ended(const Fact& fact) const;
  bool is_whole(const Fact& fact) const;
  bool lead_by_last(const LogLine& line, const Fact& fact);
  bool is_doubled(const LogLine& line);
  void note_short(const LogLine& line, const Fact& fact);
  void hold(const LogLine& line, const Fact& fact);
  bool continue_held(const LogLine& line);
  bool may_follow(const LogLine& line, const Fact& fact) const;
  enum class Join { No, Longer, Whole };
  Join try_join(const HeldLine& front, const LogLine& line);
  bool try_name(const LogLine& line);
  void release();

  FactSink facts_;
  std::optional<TaskTableLayout> layout_;  // of the table that is being printed
  std::size_t since_fact_ = kNearReport;

  bool holding_ = false;
  bool held_whole_ = false;  // the held fact is readable as it is; only its name may go on
  HeldLine held_;
  Fact held_fact_;                           // its views are of `held_`, which does not change while it is held
  std::size_t held_kind_ = 0, content_ = 0;  // of the held fact, or of the longer one
  HeldLine longer_;                          // held_ and the pieces behind it that fit
  bool has_longer_ = false;
  std::vector<HeldLine> waiting_;  // bare lines that came behind the held one and are no piece of it

  // The line before, near a report, as far as its copy is known by it.
  struct Last {
    std::string text, as_printed;
    std::optional<std::int64_t> uptime_us;
    bool enveloped = false;
  };
  Last last_;

  HeldLine short_;  // the line before, if it may be the first half of an invoker's name
  bool has_short_ = false;
};

void Rejoiner::State::hand_on(const LogLine& line, const Fact& fact) {
  if (const auto* header = std::get_if<TaskTableHeader>(&fact)) {
    layout_ = header->layout;
  } else if (is<Invocation>(fact)) {
    layout_.reset();
  }
  if (!is<Unrelated>(fact)) since_fact_ = 0;
  facts_(line, fact);
}

// Whether the fact has all that its kind prints. A row is judged by its table's header.
bool Rejoiner::State::is_whole(const Fact& fact) const {
  if (is<Damaged>(fact) || is<Unrelated>(fact)) return false;
  const auto* row = std::get_if<TaskRow>(&fact);
  if (row == nullptr) return !may_continue(fact);
  if (!layout_) return row->number_count >= 6 && !comm_of(fact, layout_).empty();
  const auto decoded = decode_task_row(*row, *layout_);
  const auto* task = std::get_if<DecodedTaskRow>(&decoded);
  if (task == nullptr || task->cut) return layout_->columns.back() != TaskColumn::Name;
  return !task->name.empty() && task->name.size() <= kLongestComm;
}

// A whole line that a name ends may still go on: a newline in the name, or a name that a reader broke at its hyphen.
bool Rejoiner::State::is_open_ended(const Fact& fact) const {
  return is<TaskRow>(fact) && comm_of(fact, layout_).size() < kLongestComm;
}

Rejoiner::State::Separators Rejoiner::State::separators(const LogLine& next) const {
  const std::string_view text = held_.text();
  if (!next.starts_record || next.enveloped) return {"\n", nullptr, nullptr};
  if (text.empty()) return {"", nullptr, nullptr};
  if (is_header_without_gap(std::string(text).append(next.text))) return {"", nullptr, nullptr};
  if (layout_ && held_kind_ == Fact(TaskRow{}).index() &&
      is_leaders_row(std::string(text).append(next.text), *layout_) &&
      !is_leaders_row(std::string(text).append(" ").append(next.text), *layout_)) {
    return {"", nullptr, nullptr};
  }
  const bool bare = !held_.enveloped();
  // No page is as wide: where nothing but the name can hold a newline, it is the name's.
  constexpr std::size_t kWidestPage = 160;
  if (text.starts_with("oom-kill:"))
    return bare && text.size() > kWidestPage ? Separators{"\n", "", nullptr} : Separators{"", "\n", nullptr};
  const bool glued =
      std::string_view("-|(=_/ ").find(text.back()) != std::string_view::npos || next.text.starts_with(')');
  if (glued) return {"", " ", nullptr};
  // A mail program does not break a line that the next word would have fitted into: then the newline is the name's own.
  constexpr std::size_t kNarrowestPage = 64;
  const std::size_t word = next.text.find(' ');
  const std::size_t with_word = text.size() + 1 + (word == std::string_view::npos ? next.text.size() : word);
  if (bare && with_word <= kNarrowestPage) return {"\n", " ", ""};
  return {" ", "", nullptr};
}

// Whether the line can be the rest of the held one at all. A line with an envelope of its own is its own, unless it
// carries the same stamp and says nothing by itself.
bool Rejoiner::State::may_follow(const LogLine& line, const Fact& fact) const {
  if (!line.starts_record) return true;
  if (!line.enveloped) return is_weak(fact);
  if (!is<Unrelated>(fact) && !is<Damaged>(fact)) return false;
  return one_record_by_prefix(held_.line(), line);
}

Rejoiner::State::Join Rejoiner::State::try_join(const HeldLine& front, const LogLine& line) {
  if (front.text().size() + line.text.size() > kLongestJoin) return Join::No;
  for (const char* separator : separators(line)) {
    if (separator == nullptr) break;
    HeldLine trial = front;
    trial.append(separator, line.text);
    const Fact joined = classify(trial.text());
    if (held_kind_ != joined.index() && held_kind_ != Fact(Damaged{}).index()) continue;
    const bool whole = is_whole(joined);
    if (!whole && content_of(joined) <= content_) continue;
    content_ = content_of(joined);
    longer_ = trial;
    has_longer_ = true;
    return whole ? Join::Whole : Join::Longer;
  }
  return Join::No;
}

// The rest of a name behind a row that is whole without it.
bool Rejoiner::State::try_name(const LogLine& line) {
  if (line.text.size() > kLongestComm) return false;
  const std::string_view name = comm_of(held_fact_, layout_);
  const bool same_record = !line.starts_record;
  if (name.size() + line.text.size() + 1 > kLongestComm + 1 || (line.text.empty() && !same_record)) return false;
  if (!same_record && !is<Unrelated>(classify(line.text))) return false;
  const bool broken_word = !line.enveloped && name.ends_with('-') && is_word(line.text);
  const bool bare_newline = !line.enveloped && !held_.enveloped() && is_word(line.text);
  if (!same_record && !broken_word && !bare_newline && !one_record_by_prefix(held_.line(), line)) return false;
  const std::string_view separator = broken_word && !same_record ? "" : "\n";
  if (name.size() + separator.size() + line.text.size() > kLongestComm) return false;
  HeldLine trial = held_;
  trial.append(separator, line.text);
  if (!is<TaskRow>(classify(trial.text()))) return false;
  longer_ = trial;
  has_longer_ = true;
  return true;
}

// True: the line is used up, as a piece or to be looked at later.
bool Rejoiner::State::continue_held(const LogLine& line) {
  const bool bare = !line.enveloped && line.starts_record;
  if (bare && is_blank(line.text) && waiting_.size() < kLookAhead) {
    waiting_.emplace_back().assign(line);
    return true;
  }
  if (held_whole_) {
    if (!try_name(line)) return false;
    release();
    return true;
  }
  if (!may_follow(line, classify(line.text))) return false;
  Join join = has_longer_ ? try_join(HeldLine(longer_), line) : Join::No;
  if (join == Join::No) join = try_join(held_, line);
  if (join == Join::Whole) release();
  if (join != Join::No) return true;
  if (!bare || waiting_.size() >= kLookAhead) return false;
  waiting_.emplace_back().assign(line);
  return true;
}

// The held line goes on, with the pieces that were found for it; what stood between them is looked at for itself.
void Rejoiner::State::release() {
  holding_ = false;
  if (std::exchange(has_longer_, false)) {
    hand_on(longer_.line(), classify(longer_.text()));
  } else {
    hand_on(held_.line(), held_fact_);
  }
  if (waiting_.empty()) return;
  const std::vector<HeldLine> between = std::exchange(waiting_, {});
  for (const HeldLine& line : between) process(line.line());
}

void Rejoiner::State::hold(const LogLine& line, const Fact& fact) {
  holding_ = true;
  held_whole_ = is_whole(fact);
  held_kind_ = fact.index();
  content_ = content_of(fact);
  held_.assign(line);
  held_fact_ = fact;
  auto* row = std::get_if<TaskRow>(&held_fact_);
  if (row != nullptr) row->after_bracket = held_.text().substr(line.text.size() - row->after_bracket.size());
  if (row == nullptr) held_fact_ = classify(held_.text());
  has_longer_ = false;
}

// "new" and "line invoked oom-killer: …" are one record: the invoker has a newline in its name.
bool Rejoiner::State::lead_by_last(const LogLine& line, const Fact& fact) {
  if (!has_short_ || !(is<Invocation>(fact) || is<CpusetLine>(fact))) return false;
  const std::string_view comm = comm_of(fact, layout_);
  const bool one_record = !line.starts_record || one_record_by_prefix(short_.line(), line);
  if (!one_record || short_.text().size() + 1 + comm.size() > kLongestComm) return false;
  HeldLine joined = short_;
  joined.append("\n", line.text);
  const Fact whole = classify(joined.text());
  if (whole.index() != fact.index() || comm_of(whole, layout_).size() <= comm.size()) return false;
  has_short_ = false;
  hand_on(joined.line(), whole);
  return true;
}

void Rejoiner::State::note_short(const LogLine& line, const Fact& fact) {
  has_short_ = is<Unrelated>(fact) && line.text.size() < kLongestComm;
  if (has_short_) short_.assign(line);
}

void Rejoiner::State::process(const LogLine& line) {
  if (holding_) {
    if (continue_held(line)) return;
    release();
    return process(line);  // what was released may have made another line the held one
  }
  const Fact fact = classify(line.text);
  const bool unrelated = is<Unrelated>(fact);
  if (unrelated) ++since_fact_;
  const bool may_be_joined = !unrelated || since_fact_ < kNearReport || contains(line.text, "oom-kill") ||
                             contains(line.text, "Killed process");
  if (may_be_joined) {
    if (const auto lines = split_joined(line, fact, layout_)) {
      process(lines->first);
      return process(lines->second);
    }
  }
  if (lead_by_last(line, fact)) return;
  note_short(line, fact);
  if (!unrelated && (is_open_ended(fact) || (!is_whole(fact) && may_continue(fact)))) return hold(line, fact);
  hand_on(line, fact);
}

// Two facilities that write into one file double each line; that must not come between the halves of a broken one.
bool Rejoiner::State::is_doubled(const LogLine& line) {
  if (since_fact_ >= kNearReport || !line.enveloped || !line.starts_record || !is_exact(line.stamp)) return false;
  const Stamp& stamp = line.stamp;
  const bool by_uptime = stamp.uptime_us || last_.uptime_us;
  const bool same_time = by_uptime ? stamp.uptime_us == last_.uptime_us : stamp.as_printed == last_.as_printed;
  if (last_.enveloped && same_time && last_.text == line.text) return true;
  last_.text.assign(line.text);
  last_.as_printed.assign(stamp.as_printed);
  last_.uptime_us = stamp.uptime_us;
  last_.enveloped = line.enveloped;
  return false;
}

void Rejoiner::State::feed(const LogLine& line) {
  if (!is_doubled(line)) process(line);
}

void Rejoiner::State::flush() {
  while (holding_) release();
}

Rejoiner::Rejoiner(FactSink facts) : state_(std::make_unique<State>(std::move(facts))) {}
Rejoiner::~Rejoiner() = default;

void Rejoiner::feed(const LogLine& line) { state_->feed(line); }
void Rejoiner::flush() { state_->flush(); }
bool Rejoiner::quiet() const { return state_->quiet(); }
void Rejoiner::pass(std::uint64_t lines) { state_->pass(lines); }

}  // namespace oomwhy
