#include "parser/kmsg_lines.hpp"

#include "parser/envelope.hpp"
#include "parser/escapes.hpp"
#include "parser/source_text.hpp"

namespace oomwhy {
namespace {

LogLine describe(const KmsgRecord& record, std::uint64_t number) {
  LogLine line;
  line.form = EnvelopeForm::KmsgRecord;
  line.enveloped = true;
  line.line = number;
  line.priority = record.priority;
  line.facility = record.facility;
  line.transport = record.facility == 0 ? Transport::Kernel : Transport::Userspace;
  line.caller = record.caller;
  line.stamp.uptime_us = record.uptime_us;
  line.stamp.as_printed = record.stamp;
  return line;
}

// What a process wrote to /dev/kmsg begins with its tag, as in syslog.
void hand_on_record(LogLine line, std::string_view text, Outlet& outlet) {
  if (line.transport == Transport::Userspace) take_tag(text, line);
  outlet.hand_on_record(line, text);
}

bool may_go_on(const KmsgRecord& record) {
  if (record.fragment_offset) return *record.fragment_offset + record.text.size() < record.record_length;
  return record.flag == 'c';
}

}  // namespace

// Documentation/ABI/testing/dev-kmsg of 3.5 to 4.8: 'c' begins a line printed in pieces, '+' goes on with it. Later
// kernels put pieces together themselves, and 'c' is a piece that came too late for that: nothing follows it.
bool KmsgLines::continues(const KmsgRecord& record) const {
  if (!held_ || text_.size() > kLongestLine) return false;
  if (record.fragment_offset) return record_.sequence == record.sequence && *record.fragment_offset == text_.size();
  return record.flag == '+' && !record_.fragment_offset && record.caller == caller_;
}

void KmsgLines::hold(const KmsgRecord& record, std::uint64_t number) {
  record_ = record;
  text_.assign(record.text);
  caller_.assign(record.caller);
  stamp_.assign(record.stamp);
  record_.caller = caller_;
  record_.stamp = stamp_;
  line_ = number;
  held_ = true;
}

bool KmsgLines::feed(std::string_view line, std::uint64_t number) {
  if (after_record_ && is_kmsg_property(line)) return true;
  const auto record = parse_kmsg_record(line);
  after_record_ = record.has_value();
  if (record && continues(*record)) {
    text_.append(record->text);
    if (record->fragment_offset && text_.size() >= record_.record_length) finish();
    return true;
  }
  finish();
  if (!record) return false;
  if (may_go_on(*record)) {
    hold(*record, number);
  } else {
    hand_on_record(describe(*record, number), undo_kmsg_escapes(record->text, scratch_), outlet_);
  }
  return true;
}

void KmsgLines::finish() {
  if (!held_) return;
  held_ = false;
  hand_on_record(describe(record_, line_), undo_kmsg_escapes(text_, scratch_), outlet_);
}

}  // namespace oomwhy
