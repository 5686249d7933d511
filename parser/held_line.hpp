// A log line that outlives the stage that produced it: a copy with its own bytes. Reused, it does not allocate.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "parser/log_line.hpp"

namespace oomwhy {

class HeldLine {
 public:
  // Journal fields are not kept: no report line needs them.
  void assign(const LogLine& line);
  // The same line with more text behind it.
  void append(std::string_view separator, std::string_view text) { text_.append(separator).append(text); }

  // Its views are valid until this object changes.
  LogLine line() const;
  std::string_view text() const { return text_; }
  bool enveloped() const { return line_.enveloped; }

 private:
  LogLine line_;  // its views are not used
  std::string text_;
  std::string bytes_;  // the other views' bytes, one behind the other
  std::array<std::size_t, 6> lengths_{};
};

}  // namespace oomwhy
