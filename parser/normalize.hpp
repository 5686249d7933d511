// Takes the envelope off: every spelling of a kernel log (dmesg, /dev/kmsg, syslog, journalctl, JSON, containers,
// pasted and quoted text) becomes the same bare kernel lines. The form is found anew for each stretch of lines; nothing
// is stripped by counting columns.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "parser/diagnostic.hpp"
#include "parser/embedded_envelope.hpp"
#include "parser/log_line.hpp"

namespace oomwhy {

// What a log may lack and the person can add.
struct ReadContext {
  std::optional<int> utc_offset_minutes;  // --assume-timezone, a fixed offset
  // --assume-timezone, a zone whose offset changes over the year (cli asks the system's tz database): minutes east of
  // UTC at a wall-clock time read as if it were UTC (Stamp::wall_us). Empty: no zone was named.
  std::function<int(std::int64_t wall_us)> utc_offset_minutes_at;
  std::optional<int> year;  // --assume-year
  std::string host;         // --host
};

using LogLineSink = std::function<void(const LogLine&)>;
using DiagnosticSink = std::function<void(Diagnostic)>;

class Normalizer {
 public:
  Normalizer(const ReadContext& context, LogLineSink lines, DiagnosticSink diagnostics);
  ~Normalizer();
  Normalizer(const Normalizer&) = delete;
  Normalizer& operator=(const Normalizer&) = delete;

  // One physical line without its line end; `line` counts from 1. Hands on none, one or several log lines.
  void feed(std::string_view physical_line, std::uint64_t line);
  // For bytes that are not lines: journal export entries hold binary fields with any byte in them. True while the
  // normalizer wants the next `binary_bytes_wanted()` bytes raw through feed_binary() instead of a line.
  std::uint64_t binary_bytes_wanted() const;
  void feed_binary(std::string_view bytes);
  // The end of the source: what is still open (a JSON object, an export entry) is handed on or reported.
  void finish();

  // Nothing is open: a line with the same envelope as the one before, but for its stamp, changes nothing but counts.
  bool quiet() const;
  void pass(EnvelopeForm form, std::uint64_t lines);  // so many such lines were left out
  // The line before waits for the next one; where that is such a line it can be handed on at once.
  bool delays() const;
  void hand_on_delayed();

  // While a log line is handed on: the line of text that it came from, whole, as far as it is known; else empty. It may
  // be the one before the line that was fed last.
  std::string_view line_of_text() const;

  // The form that most lines had, for the report's list of inputs.
  EnvelopeForm main_form() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace oomwhy
