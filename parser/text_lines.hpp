// Lines of text, one by one: finds each line's envelope behind whatever decoration it was pasted with, tells further
// lines of a record from lines of their own, and hands on the bare text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/kernel_front.hpp"
#include "parser/kmsg_lines.hpp"
#include "parser/last_prefix.hpp"
#include "parser/line_envelope.hpp"
#include "parser/outlet.hpp"
#include "parser/stamp_resolver.hpp"

namespace oomwhy {

class TextLines {
 public:
  TextLines(StampResolver& stamps, Outlet& outlet) : stamps_(stamps), outlet_(outlet), kmsg_(outlet) {}

  void feed(std::string_view line, std::uint64_t number);
  // A line out of a container's log, which can have an envelope of its own inside of the runtime's, `outer`.
  void feed_inner(std::string_view text, const Envelope& outer, std::uint64_t number);
  void finish();
  // No piece of a line is kept for the next one, and the next line's form does not hang on this one's.
  bool quiet() const { return partial_.empty() && !kmsg_.open() && surroundings_.monotonic_host.empty(); }

 private:
  bool feed_known(std::string_view line, std::size_t decoration, std::uint64_t number);
  bool take_envelope(std::string_view& rest, Envelope& found);
  bool feed_enveloped(std::string_view line, std::size_t decoration, std::uint64_t number);
  bool feed_indented(std::string_view rest, std::uint64_t number);
  bool feed_decorated(std::string_view line, std::uint64_t number);
  bool feed_both_halves(std::string_view line, std::uint64_t number);
  bool may_stand_before_stamp(std::string_view front) const;
  void feed_bare(std::string_view line, std::uint64_t number);
  void feed_container(std::string_view text, const Envelope& found, std::uint64_t number);
  void observe(const Envelope& found);
  std::string_view without_indentation(std::string_view line);
  std::string_view plain_text(std::string_view text, EnvelopeForm form);
  void hand_on(LogLine& line, std::string_view text, EnvelopeForm escapes);

  StampResolver& stamps_;
  Outlet& outlet_;
  KmsgLines kmsg_;
  KernelFront kernel_front_;
  LastPrefix last_;
  Surroundings surroundings_;
  std::size_t indentation_ = 0;
  std::size_t last_blanks_ = 0;
  bool paragraph_begins_ = true;
  bool stamps_seen_ = false;
  std::string partial_;  // of a container's line that the runtime cut
  std::string scratch_;
};

}  // namespace oomwhy
