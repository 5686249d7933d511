#include "parser/plain_lines.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>

#include "parser/grammar.hpp"
#include "parser/printk_prefix.hpp"
#include "parser/report_opening.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

// What may still stand between the kernel's stamp and its text: nothing, or who called printk.
bool take_rest_of_prefix(std::string_view& rest) {
  LogLine ignored;
  if (rest.starts_with('[')) {
    PrintedStamp stamp;
    auto behind = rest;
    if (take_bracketed_stamp(behind, stamp)) return false;
    take_caller(rest, ignored);
  }
  // "<4>", and MediaTek's ".(1)[3386:bwrap]".
  return rest.empty() || is_letter(rest.front()) || rest.front() == '[';
}

// dmesg's "usb 1-1: text" is told from journalctl's "host kernel: text", "host sshd[811]: text" (-o short-monotonic).
bool may_be_sender(std::string_view text) {
  if (text.starts_with("kernel:")) return true;
  take_word(text);
  take_blanks(text);
  const auto word = take_word(text);
  if (word.find_first_of(":[") == std::string_view::npos) return false;
  return word == "kernel:" || word.size() < 2 || word.back() != ':' || word.find('[') != std::string_view::npos;
}

bool is_plain_kernel_text(std::string_view text) {
  return !has_shape_of_fact(text) && text.find('#') == std::string_view::npos;
}

// `rest`: behind "kernel: " or at the line's own bracket.
bool judge_kernel(std::string_view line, std::string_view rest, const PlainEnvelope& shape, const PlainContext& context,
                  PlainLine& plain) {
  plain.by_kernel = true;
  if (take(rest, '[')) {
    // A clock that goes back may be another boot's.
    if (!take_printk_stamp(rest, plain.uptime_us) || !context.uptime_us || plain.uptime_us < *context.uptime_us)
      return false;
    plain.has_uptime = true;
  } else {
    LogLine ignored;
    auto behind = rest;
    if (take_facility_and_level(behind, ignored)) return false;
  }
  if (!take_rest_of_prefix(rest)) return false;
  if (shape.form() == EnvelopeForm::Dmesg && may_be_sender(rest)) return false;
  plain.text = static_cast<std::size_t>(rest.data() - line.data());
  return is_plain_kernel_text(rest);
}

constexpr bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const auto word : words) {
    if (text.starts_with(word)) return true;
  }
  return false;
}

// The service manager's sentences count where they name a unit.
bool may_name_unit(std::string_view text) {
  for (auto at = text.find('.'); at + 1 < text.size(); at = text.find('.', at + 1)) {
    if (at == std::string_view::npos) return false;
    if (starts_with_any(text.substr(at + 1),
                        {"service", "scope", "slice", "socket", "mount", "swap", "timer", "target"}))
      return true;
  }
  return false;
}

// Programs of whose lines nearly every one is an event.
bool is_speaker(std::string_view tag) {
  switch (tag.front()) {
    case 's':
      return tag.starts_with("systemd-oomd");
    case 'e':
      return tag.starts_with("earlyoom");
    case 'n':
      return tag.starts_with("nohang");
    case 'k':
      return tag.starts_with("kernel");
    case 'v':
      return tag.starts_with("vmunix");
    default:
      return false;
  }
}

bool judge_program(std::string_view line, std::size_t envelope, PlainLine& plain) {
  constexpr std::size_t kLongestTag = 64;
  const char* const tag = line.data() + envelope;
  const std::size_t most = std::min(line.size() - envelope, kLongestTag);
  std::size_t length = 0;
  while (length < most && tag[length] != ' ' && tag[length] != '\t') ++length;
  if (length == most || length < 2 || tag[length] != ' ' || tag[length - 1] != ':' || *tag == '[') return false;
  plain.text = envelope + length + 1;
  const std::string_view name(tag, length);
  if (is_speaker(name)) return false;
  return !(name.starts_with("systemd[") || name == "systemd:") || !may_name_unit(line.substr(plain.text));
}

}  // namespace

// Minutes, seconds and fractions go on within one shape; anything else is a byte that stays.
bool PlainEnvelope::learn_stamp(std::string_view stamp) {
  const auto colon = stamp.find(':');
  if (colon == std::string_view::npos || colon + 6 > stamp.size() || stamp[colon + 3] != ':') return false;
  const auto vary = [&](std::size_t at, char highest) {
    lowest_[at] = '0';
    span_[at] = static_cast<unsigned char>(highest - '0');
  };
  for (const std::size_t at : {colon + 1, colon + 4}) {
    if (stamp[at] < '0' || stamp[at] > '5' || !is_digit(stamp[at + 1])) return false;
    vary(at, '5');
    vary(at + 1, '9');
  }
  std::size_t at = colon + 6;
  if (at < stamp.size() && (stamp[at] == '.' || stamp[at] == ',')) ++at;
  for (; at < stamp.size() && is_digit(stamp[at]); ++at) vary(at, '9');
  return true;
}

bool PlainEnvelope::learn(std::string_view physical, const LogLine& line) {
  known_ = false;
  const auto stamp = line.stamp.as_printed;
  if (!line.enveloped || !line.starts_record || stamp.empty() || stamp.data() != physical.data()) return false;
  lowest_.fill(0);
  span_.fill(0xff);
  form_ = line.form;
  if (form_ == EnvelopeForm::Dmesg) {
    length_ = 1;
    lowest_[0] = '[';
    span_[0] = 0;
    known_ = line.stamp.uptime_us && !line.stamp.wall_us && !line.priority && physical.starts_with('[');
    return known_;
  }
  const bool syslog = form_ == EnvelopeForm::Syslog3164 || form_ == EnvelopeForm::SyslogIso;
  // journalctl -o short-iso; its forms with a weekday in front look like the headers of verbose entries.
  const bool iso = form_ == EnvelopeForm::JournalShort && is_digit(physical.front());
  if ((!syslog && !iso) || line.host.data() != stamp.data() + stamp.size() + 1) return false;
  length_ = stamp.size() + line.host.size() + 2;
  if (line.host.empty() || length_ > kReach || length_ > physical.size() || physical[length_ - 1] != ' ') return false;
  for (std::size_t at = 0; at < length_; ++at) {
    lowest_[at] = static_cast<unsigned char>(physical[at]);
    span_[at] = 0;
  }
  known_ = line.stamp.wall_us && learn_stamp(stamp);
  return known_;
}

bool PlainEnvelope::fits(const char* line, std::size_t length) const {
  if (length < length_) return false;
  // Written so that a compiler makes vectors of it; unsigned, what is below the lowest is far above it.
  unsigned char wrong = 0;
  for (std::size_t at = 0; at < kReach; ++at) {
    const auto above = static_cast<unsigned char>(static_cast<unsigned char>(line[at]) - lowest_[at]);
    wrong = static_cast<unsigned char>(wrong | (above > span_[at] ? 1 : 0));
  }
  return wrong == 0;
}

bool judge_plain(std::string_view line, std::size_t envelope, const PlainEnvelope& shape, const PlainContext& context,
                 PlainLine& plain) {
  plain.by_kernel = plain.has_uptime = false;
  const auto rest = line.substr(envelope);
  bool is_plain = false;
  if (shape.form() == EnvelopeForm::Dmesg) {
    is_plain = judge_kernel(line, rest, shape, context, plain);
  } else if (rest.starts_with("kernel: ")) {
    is_plain = judge_kernel(line, rest.substr(8), shape, context, plain);
  } else {
    is_plain = judge_program(line, envelope, plain);
  }
  return is_plain && !(context.elisions_matter && is_elision(line.substr(plain.text)));
}

}  // namespace oomwhy
