#include "parser/text_lines.hpp"

#include <utility>

#include "parser/embedded_envelope.hpp"
#include "parser/escapes.hpp"
#include "parser/printk_prefix.hpp"
#include "parser/quoting.hpp"
#include "parser/source_text.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

bool all_blank(std::string_view text) { return text.find_first_not_of(" \t") == std::string_view::npos; }

bool is_syslog(EnvelopeForm form) { return form == EnvelopeForm::Syslog3164 || form == EnvelopeForm::SyslogIso; }

// What journalctl itself says between the entries, and what it says in place of bytes that a terminal should not see.
bool is_journalctl_remark(std::string_view line) {
  return line.starts_with("-- Logs begin at ") || line.starts_with("-- Journal begins at ") ||
         line.starts_with("-- Boot ") || line == "-- Reboot --" || line == "-- No entries --";
}

}  // namespace

std::string_view TextLines::plain_text(std::string_view text, EnvelopeForm form) {
  switch (form) {
    case EnvelopeForm::Bare:
    case EnvelopeForm::Dmesg:
      return undo_dmesg_escapes(text, scratch_);
    case EnvelopeForm::Syslog3164:
    case EnvelopeForm::SyslogIso:
    case EnvelopeForm::Syslog5424:
      return undo_octal_escapes(text, scratch_);
    case EnvelopeForm::KmsgRecord:
    case EnvelopeForm::DmesgJson:
    case EnvelopeForm::JournalShort:
    case EnvelopeForm::JournalVerbose:
    case EnvelopeForm::JournalExport:
    case EnvelopeForm::JournalJson:
    case EnvelopeForm::ContainerJson:
    case EnvelopeForm::ContainerCri:
    case EnvelopeForm::Pstore:
      break;
  }
  return text;
}

// Only what was escaped can have a newline in it.
void TextLines::hand_on(LogLine& line, std::string_view text, EnvelopeForm escapes) {
  line.text = plain_text(text, escapes);
  if (line.text.data() == text.data()) return outlet_.hand_on(line);
  outlet_.hand_on_record(line, line.text);
}

void TextLines::observe(const Envelope& found) {
  const bool monotonic = found.line.form == EnvelopeForm::JournalShort && found.stamp.uptime_us;
  surroundings_.after_dmesg = found.line.form == EnvelopeForm::Dmesg;
  const auto host = monotonic ? found.line.host : found.refused_host;
  if (surroundings_.monotonic_host != host) surroundings_.monotonic_host.assign(host);
}

bool TextLines::take_envelope(std::string_view& rest, Envelope& found) {
  if (kernel_front_.take(rest, found)) {
    take_printk_prefix(rest, found);
    return true;
  }
  const auto line = rest;
  if (!take_line_envelope(rest, found, surroundings_)) return false;
  kernel_front_.learn(line, found);
  return true;
}

bool TextLines::feed_enveloped(std::string_view line, std::size_t decoration, std::uint64_t number) {
  auto rest = line.substr(decoration);
  Envelope found;
  if (!take_envelope(rest, found)) return false;
  if (found.line.form == EnvelopeForm::ContainerCri) {
    feed_container(rest, found, number);
    return true;
  }
  observe(found);
  stamps_seen_ |= !found.stamp.as_printed.empty();
  found.line.line = number;
  found.line.enveloped = true;
  found.line.stamp = stamps_.resolve(found.stamp);
  const auto prefix = line.substr(decoration, line.size() - decoration - rest.size());
  last_.remember(found.line.stamp, line.substr(0, decoration), prefix);
  paragraph_begins_ = true;
  hand_on(found.line, rest, found.line.form);
  return true;
}

bool TextLines::feed_indented(std::string_view rest, std::uint64_t number) {
  if (!last_.take_indentation(rest)) return false;
  // Reading the prefix a second time is cheaper than keeping the parts of every line.
  auto prefix = last_.prefix();
  Envelope found;
  if (!take_line_envelope(prefix, found, surroundings_)) return false;
  // syslog daemons never write like this.
  if (is_syslog(found.line.form)) outlet_.note_journal();
  found.line.stamp = last_.stamp();
  found.line.stamp.as_printed = stamps_.characters(found.stamp);
  found.line.line = number;
  found.line.enveloped = true;
  found.line.starts_record = false;
  hand_on(found.line, rest, found.line.form);
  return true;
}

bool TextLines::feed_known(std::string_view line, std::size_t decoration, std::uint64_t number) {
  const auto rest = line.substr(decoration);
  if (kmsg_.feed(rest, number)) {
    last_.forget();
    return true;
  }
  return feed_enveloped(line, decoration, number);
}

bool TextLines::feed_decorated(std::string_view line, std::uint64_t number) {
  auto undecorated = line;
  if (last_.take_decoration(undecorated) && feed_indented(undecorated, number)) return true;
  if (feed_indented(line, number)) return true;
  constexpr int kMostDecorations = 8;
  std::size_t decoration = 0;
  for (int i = 0; i < kMostDecorations; ++i) {
    const auto length = decoration_length(line.substr(decoration));
    if (length == 0) return false;
    decoration += length;
    if (feed_known(line, decoration, number) || feed_indented(line.substr(decoration), number)) return true;
  }
  return false;
}

// In a log without stamps, what looks like one inside a line is more likely a name that a process has chosen, unless a
// prompt or a relay's own prefix stands before it.
bool TextLines::may_stand_before_stamp(std::string_view front) const {
  if (stamps_seen_) return true;
  while (!front.empty() && (is_blank(front.back()) || front.back() == '\r')) front.remove_suffix(1);
  return !front.empty() && std::string_view(":#$>|%]").find(front.back()) != std::string_view::npos;
}

// A kernel's line that begins in the middle of another one (behind a login prompt on the console, in a reflowed page):
// what stands before it is a line of its own.
bool TextLines::feed_both_halves(std::string_view line, std::uint64_t number) {
  const auto second = find_embedded_envelope(line);
  if (!second || second->stamp.as_printed.empty()) return false;
  if (!may_stand_before_stamp(line.substr(0, second->offset))) return false;
  auto begin = second->offset;
  while (begin < line.size() && is_blank(line[begin])) ++begin;
  feed_bare(line.substr(0, second->offset), number);
  if (!feed_known(line, begin, number)) feed_bare(line.substr(begin), number);
  return true;
}

// An indented block (Markdown, a mail) is known by its first line's blanks or by a step to the right that the kernel's
// own lines do not make.
std::string_view TextLines::without_indentation(std::string_view line) {
  constexpr std::size_t kDeep = 4;
  auto rest = line;
  const auto blanks = take_blanks(rest);
  if (paragraph_begins_ || blanks < indentation_) indentation_ = blanks;
  if (blanks >= last_blanks_ + kDeep) indentation_ = blanks;
  last_blanks_ = blanks;
  return line.substr(indentation_);
}

void TextLines::feed_bare(std::string_view line, std::uint64_t number) {
  auto text = line.substr(quote_marks_length(line));
  const bool empty = all_blank(text);
  if (!empty) text = without_indentation(text);
  paragraph_begins_ = empty;
  last_.forget();
  if (is_journalctl_remark(line)) outlet_.note_journal();
  LogLine bare;
  bare.line = number;
  hand_on(bare, text, EnvelopeForm::Bare);
}

void TextLines::feed(std::string_view line, std::uint64_t number) {
  if (feed_known(line, 0, number) || feed_decorated(line, number)) return;
  if (is_fence(line)) {
    paragraph_begins_ = true;
    last_.forget();
  } else if (!feed_both_halves(line, number)) {
    feed_bare(line, number);
  }
}

// containerd and CRI-O cut long lines; all pieces but the last are marked "P".
void TextLines::feed_container(std::string_view text, const Envelope& found, std::uint64_t number) {
  if (found.partial || !partial_.empty()) {
    if (partial_.size() + text.size() <= kLongestLine) partial_.append(text);
    if (found.partial) return;
    text = partial_;
  }
  feed_inner(text, found, number);
  partial_.clear();
}

void TextLines::feed_inner(std::string_view text, const Envelope& outer, std::uint64_t number) {
  auto rest = text;
  Envelope inner;
  const bool has_inner = take_line_envelope(rest, inner, Surroundings{});
  const auto escapes = has_inner ? inner.line.form : EnvelopeForm::Bare;
  auto stamp = inner.stamp;
  add_stamp(stamp, outer.stamp);
  inner.line.form = outer.line.form;
  inner.line.line = number;
  inner.line.enveloped = true;
  if (inner.line.host.empty()) inner.line.host = outer.line.host;
  if (inner.line.identifier.empty()) inner.line.identifier = outer.line.identifier;
  inner.line.stamp = stamps_.resolve(stamp);
  last_.forget();
  hand_on(inner.line, rest, escapes);
}

void TextLines::finish() { kmsg_.finish(); }

}  // namespace oomwhy
