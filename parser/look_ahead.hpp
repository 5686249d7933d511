// Reads ahead of the parser: text is searched block by block, and plain lines (plain_lines.hpp) far from anything of
// interest are passed over. What is parsed then gives exactly what parsing every line would give.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "parser/assembler.hpp"
#include "parser/normalize.hpp"
#include "parser/plain_lines.hpp"
#include "parser/rejoin.hpp"
#include "parser/scanner.hpp"
#include "parser/source_text.hpp"

namespace oomwhy {

class LookAhead {
 public:
  using LineSink = std::function<void(const PhysicalLine&)>;

  // `out_of_order`: parses a line that was passed over already (the last one that the kernel stamped).
  LookAhead(TextSource& source, Normalizer& normalizer, Assembler& assembler, LineSink out_of_order);

  // Before each line is taken from the source: passes over what may be left out. Gives the number of lines left out.
  std::uint64_t pass();
  // While a line is parsed, of which `physical` is the text (empty: not known): its envelope may be that of many to
  // come.
  void learn(std::string_view physical, const LogLine& line);

 private:
  static constexpr std::size_t kTail = Rejoiner::kNearReport;

  struct Judged {
    std::uint64_t begin = 0;  // position in the source
    std::uint64_t number = 0;
    std::size_t length = 0;
    PlainLine plain;
  };
  // Plain lines one behind another.
  struct Run {
    std::uint64_t first = 0;  // line number
    std::uint64_t count = 0;
    std::uint64_t dropped = 0;  // no longer held by the source
    PlainContext context;
    std::array<Judged, kTail> tail;
    std::optional<Judged> clock;  // the last line with a printk stamp
    std::string clock_text;       // once it is dropped
    std::size_t tail_size() const { return count < kTail ? static_cast<std::size_t>(count) : kTail; }
    const Judged& from_end(std::size_t back) const { return tail[(count - 1 - back) % kTail]; }
  };

  bool is_quiet() const;
  void begin_run();
  bool hand_on_delayed();
  void catch_up();
  void skip_to_begin();
  bool take_findings(std::uint64_t held_to);
  bool scan_more();
  bool judge_next(Run& run);
  void drop(Run& run, const Judged& keep_from);
  std::size_t lines_to_parse(const Run& run) const;
  std::uint64_t finish(Run& run);
  void note_held();
  const char* at(std::uint64_t position) const { return held_ + (position - held_from_); }

  TextSource& source_;
  Normalizer& normalizer_;
  Assembler& assembler_;
  LineSink out_of_order_;
  ScanMethod method_ = best_scan_method();
  PlainEnvelope shape_;
  Run run_;
  Findings findings_;
  const char* held_ = nullptr;    // what the source holds, until it reads on
  std::uint64_t held_from_ = 0;   // its position
  std::uint64_t base_ = 0;        // position of what was searched last
  std::uint64_t scanned_to_ = 0;  // its end
  std::uint64_t begin_ = 0;       // position of the next line to judge
  std::size_t next_end_ = 0, next_anchor_ = 0;
  std::uint64_t to_parse_ = 0;  // lines to take before looking ahead again
};

}  // namespace oomwhy
