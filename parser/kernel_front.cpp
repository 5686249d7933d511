#include "parser/kernel_front.hpp"

#include "parser/line_envelope.hpp"

namespace oomwhy {
namespace {

constexpr std::string_view kTag = "kernel: ";

bool is_syslog(EnvelopeForm form) { return form == EnvelopeForm::Syslog3164 || form == EnvelopeForm::SyslogIso; }

// Up to the tag's end; empty where the line has none in front of the kernel's own stamp.
std::string_view front_of(std::string_view line, const Envelope& found) {
  if (!is_syslog(found.line.form) || found.line.identifier != "kernel" || found.line.sender_pid) return {};
  const auto tag = static_cast<std::size_t>(found.line.identifier.data() - line.data());
  const auto behind = line.substr(tag);
  if (!behind.starts_with(kTag) || !behind.substr(kTag.size()).starts_with('[')) return {};
  return line.substr(0, tag + kTag.size());
}

}  // namespace

bool KernelFront::take(std::string_view& rest, Envelope& found) const {
  if (!known_ || rest.size() <= front_.size() || rest[front_.size()] != '[' || !rest.starts_with(front_)) return false;
  found = alone_;
  for (std::string_view* view : {&found.stamp.as_printed, &found.line.host, &found.line.identifier}) {
    if (!view->empty()) *view = rest.substr(static_cast<std::size_t>(view->data() - front_.data()), view->size());
  }
  rest.remove_prefix(front_.size());
  return true;
}

// Only what comes a second time is worth a second look: where stamps are finer than a second nothing is.
void KernelFront::learn(std::string_view line, const Envelope& found) {
  const auto front = front_of(line, found);
  const bool again = !front.empty() && front == front_;
  known_ = false;
  if (!again) {
    front_.assign(front);
    return;
  }
  alone_ = {};
  std::string_view rest = front_;
  known_ = take_line_envelope(rest, alone_, Surroundings{}) && rest.empty();
}

}  // namespace oomwhy
