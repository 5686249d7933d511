// Tells lines that change nothing but counts from those that have to be parsed. The envelope of a line that was parsed
// becomes a shape; a line is plain if it fits the shape (the same day and hour, the same host) and if neither its
// writer nor its text can be of interest. Whoever passes over plain lines gets what parsing them would have given, as
// long as the stages are quiet(), the last one is parsed, and the last one with a printk stamp is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "parser/log_line.hpp"

namespace oomwhy {

class PlainEnvelope {
 public:
  // Of a physical line and what became of it. False: no shape is known for lines of this form.
  bool learn(std::string_view physical, const LogLine& line);
  void forget() { known_ = false; }
  bool known() const { return known_; }
  EnvelopeForm form() const { return form_; }

  // At least kReach bytes are readable.
  bool fits(const char* line, std::size_t length) const;
  std::size_t envelope() const { return form_ == EnvelopeForm::Dmesg ? 0 : length_; }  // where stamp and host end
  static constexpr std::size_t kReach = 64;

 private:
  bool learn_stamp(std::string_view stamp);

  bool known_ = false;
  EnvelopeForm form_ = EnvelopeForm::Bare;
  std::size_t length_ = 0;
  // What each byte may be: from lowest_ on, so many above it. Behind the envelope it may be anything.
  std::array<unsigned char, kReach> lowest_{};
  std::array<unsigned char, kReach> span_{};
};

// What the lines before and the stages leave open.
struct PlainContext {
  std::optional<std::int64_t> uptime_us;  // of the last line that had one
  bool elisions_matter = false;
};

struct PlainLine {
  std::size_t text = 0;        // where the text begins
  std::int64_t uptime_us = 0;  // if it has one
  bool by_kernel = false;
  bool has_uptime = false;
};

// False: the line has to be parsed. It must not hold an anchor. Nearly every line of a log comes here: hence the
// parameter that is filled in.
bool judge_plain(std::string_view line, std::size_t envelope, const PlainEnvelope& shape, const PlainContext& context,
                 PlainLine& plain);

}  // namespace oomwhy
