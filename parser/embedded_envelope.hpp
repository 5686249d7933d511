// Finds an envelope that stands in the middle of a line's text: two log lines on one physical line, as PDF readers,
// reflowed pastes and two CPUs on one serial line make them. It only finds; whether the text before and after are lines
// of their own is for the caller to judge, because a process may choose a name that looks like this.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "parser/log_line.hpp"

namespace oomwhy {

struct EmbeddedEnvelope {
  std::size_t offset = 0;       // of the envelope's first character, the blanks before it included; at least 1
  std::size_t length = 0;       // up to the first character of the text behind it; the rest of the line starts there
  Stamp stamp;                  // what the envelope says of time; empty for a bare "<6>"
  std::string_view caller;      // printk caller id; empty: not printed
  std::string_view host;        // empty: not printed
  std::string_view identifier;  // syslog tag; empty: not printed
  std::optional<int> priority;  // of "<6>"
};

// The first envelope that stands behind at least one character of text: "[    5.168021] ", "Nov  2 11:52:13 slesk
// kernel: ", "<6>", "[Tue Nov 12 03:54:03 2025] ", "2025-08-12T03:54:03,123456+00:00 ". Views point into `text`.
std::optional<EmbeddedEnvelope> find_embedded_envelope(std::string_view text);

}  // namespace oomwhy
