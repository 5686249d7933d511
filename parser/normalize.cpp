#include "parser/normalize.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "parser/escapes.hpp"
#include "parser/journal_export.hpp"
#include "parser/journal_verbose.hpp"
#include "parser/json_line.hpp"
#include "parser/json_object.hpp"
#include "parser/json_stretch.hpp"
#include "parser/line_ends.hpp"
#include "parser/outlet.hpp"
#include "parser/pstore_blocks.hpp"
#include "parser/source_text.hpp"
#include "parser/stamp_resolver.hpp"
#include "parser/take.hpp"
#include "parser/text_lines.hpp"
#include "parser/typeset.hpp"
#include "parser/unwrapper.hpp"

namespace oomwhy {
namespace {

// What json-seq and journal gateways put before each object.
std::string_view without_record_mark(std::string_view line) {
  take(line, '\x1e');
  take(line, "data: ");
  return line;
}

template <typename Sink>
void for_each_part(std::string_view text, std::string_view separator, Sink sink) {
  for (;;) {
    const auto end = text.find(separator);
    sink(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + separator.size());
  }
}

// Many lines that some tool wrote as one, with "\n" spelled out between them; the kernel never prints it.
bool is_many_lines(std::string_view line) {
  constexpr std::size_t kShortestReport = 300;
  return line.size() >= kShortestReport && line.find("\\n") != std::string_view::npos && is_of_report(line);
}

// Whether a reader of more than lines of text will ask for what follows.
bool begins_stretch(std::string_view line) {
  return JournalExport::begins(line) || JournalVerbose::begins(line) || PstoreBlocks::begins(line) ||
         JsonStretch::begins(without_record_mark(line));
}

}  // namespace

// Stretches of lines that belong together (an object, an entry, a dump) have a reader each; it is asked first while it
// is open, and every line that no reader wants is a line of text.
class Normalizer::State {
 public:
  State(const ReadContext& context, LogLineSink lines, DiagnosticSink diagnostics);

  void feed(std::string_view physical_line, std::uint64_t number);
  void finish();

  bool quiet() const {
    return !in_stretch() && export_.binary_bytes_wanted() == 0 && container_line_.empty() && unwrapper_.quiet() &&
           typesetting_.quiet() && line_ends_.settled() && text_.quiet() && outlet_.keeps_forms();
  }
  void pass(EnvelopeForm form, std::uint64_t lines) {
    outlet_.count(form, lines);
    unwrapper_.pass(lines);
  }
  bool delays() const { return unwrapper_.delays(); }
  void hand_on_delayed() { unwrapper_.hand_on_last(); }

  JournalExport& journal_export() { return export_; }
  const Outlet& outlet() const { return outlet_; }
  std::string_view line_of_text() const { return line_of_text_; }

 private:
  bool in_stretch() const { return json_.open() || export_.open() || verbose_.open() || pstore_.open(); }
  void feed_line(std::string_view line, std::uint64_t number);
  void feed_text(std::string_view line, std::uint64_t number);
  bool feed_whole_object(std::string_view line, std::uint64_t number);
  void take_object(std::string_view object, std::uint64_t number);
  void hand_on_object(std::uint64_t number);
  void hand_on_values(std::uint64_t number);
  void hand_on_container(std::uint64_t number);
  void hand_on_entry(JournalFields& fields, EnvelopeForm form, std::uint64_t number);
  void hand_on_verbose(JournalFields& fields, const PrintedStamp& stamp, std::uint64_t number);
  void report(DiagnosticKind kind, std::uint64_t number, std::string text);

  DiagnosticSink diagnostics_;
  StampResolver stamps_;
  Outlet outlet_;
  TextLines text_;
  Unwrapper unwrapper_;
  LineEnds line_ends_;
  JournalExport export_;
  JournalVerbose verbose_;
  JsonStretch json_;
  PstoreBlocks pstore_;
  JournalFields object_;
  std::string null_name_;
  std::string container_line_;
  Typesetting typesetting_;
  std::string colour_scratch_;
  std::string_view line_of_text_;
};

Normalizer::State::State(const ReadContext& context, LogLineSink lines, DiagnosticSink diagnostics)
    : diagnostics_(std::move(diagnostics)),
      stamps_(context),
      outlet_(context.host, std::move(lines)),
      text_(stamps_, outlet_),
      unwrapper_([this](std::string_view line, std::uint64_t number) {
        line_of_text_ = line;
        feed_line(line, number);
        line_of_text_ = {};
      }),
      export_([this](JournalFields& fields,
                     std::uint64_t line) { hand_on_entry(fields, EnvelopeForm::JournalExport, line); },
              diagnostics_),
      verbose_([this](JournalFields& fields, const PrintedStamp& stamp, std::uint64_t line) {
        hand_on_verbose(fields, stamp, line);
      }),
      json_([this](std::string_view object, std::uint64_t line) { take_object(object, line); },
            [this](std::string_view line, std::uint64_t number) { feed_text(line, number); }),
      pstore_([this](std::string_view line, std::uint64_t number) { text_.feed(line, number); }, diagnostics_) {}

void Normalizer::State::report(DiagnosticKind kind, std::uint64_t number, std::string text) {
  if (diagnostics_) diagnostics_(Diagnostic{Origin{{}, number, {}}, kind, std::move(text)});
}

void Normalizer::State::hand_on_entry(JournalFields& fields, EnvelopeForm form, std::uint64_t number) {
  if (!fields.has("MESSAGE")) return;
  auto line = fields.line();
  line.form = form;
  line.line = number;
  outlet_.hand_on_record(line, fields.get("MESSAGE"));
}

// The time of the header has the reader's zone; the cursor has it exactly ("t=", hexadecimal microseconds since 1970).
void Normalizer::State::hand_on_verbose(JournalFields& fields, const PrintedStamp& stamp, std::uint64_t number) {
  if (!fields.has("MESSAGE")) return;
  auto line = fields.line();
  auto printed = stamp;
  printed.uptime_us = line.stamp.uptime_us;
  line.stamp = stamps_.resolve(printed);
  const auto at = line.cursor.find(";t=");
  std::int64_t received = 0;
  if (at != std::string_view::npos) {
    const auto* begin = line.cursor.data() + at + 3;
    const auto result = std::from_chars(begin, line.cursor.data() + line.cursor.size(), received, 16);
    if (result.ec == std::errc{}) line.stamp.realtime_us = received;
  }
  line.form = EnvelopeForm::JournalVerbose;
  line.line = number;
  outlet_.hand_on_record(line, fields.get("MESSAGE"));
}

// Docker writes a line's end as part of the text, and a long line as several objects without it.
void Normalizer::State::hand_on_container(std::uint64_t number) {
  std::string_view text;
  const auto outer = container_envelope(object_, text);
  const bool docker = kind_of(object_) == JsonLineKind::Container;
  const bool ended = text.ends_with('\n');
  if (ended) text.remove_suffix(1);
  if (container_line_.size() + text.size() <= kLongestLine) container_line_.append(text);
  if (docker && !ended) return;
  const auto line = std::exchange(container_line_, {});
  std::string_view rest = line;
  for (;;) {
    const auto newline = rest.find('\n');
    text_.feed_inner(rest.substr(0, newline), outer, number);
    if (newline == std::string_view::npos) return;
    rest.remove_prefix(newline + 1);
  }
}

// An object of some tool that ran a command ({"stdout": "…", "rc": 0}): a report in any of its values is lines of text.
void Normalizer::State::hand_on_values(std::uint64_t number) {
  const auto values = object_.line().fields;
  if (std::none_of(values.begin(), values.end(), [](const Field& field) { return is_of_report(field.value); })) return;
  for (const Field& field : values) {
    for_each_part(field.value, "\n", [&](std::string_view text) { text_.feed(text, number); });
  }
}

void Normalizer::State::hand_on_object(std::uint64_t number) {
  switch (kind_of(object_)) {
    case JsonLineKind::Journal:
      if (null_name_ == "MESSAGE") {
        report(DiagnosticKind::TooLong, number,
               "journal entry: the message was left out for its size (journalctl --all shows it)");
      }
      return hand_on_entry(object_, EnvelopeForm::JournalJson, number);
    case JsonLineKind::Dmesg: {
      auto found = dmesg_envelope(object_);
      found.line.stamp = stamps_.resolve(found.stamp);
      found.line.line = number;
      return outlet_.hand_on_record(found.line, object_.get("msg"));
    }
    case JsonLineKind::Container:
    case JsonLineKind::Collector:
      return hand_on_container(number);
    case JsonLineKind::Other:
      return hand_on_values(number);
  }
}

void Normalizer::State::take_object(std::string_view object, std::uint64_t number) {
  if (!read_json_object(object, object_, null_name_)) {
    report(DiagnosticKind::DamagedLine, number, "JSON object is damaged; what could be read of it is used");
  }
  hand_on_object(number);
}

// One object on one line, as nearly all JSON logs have it; one that was cut at its end gives what it still has.
bool Normalizer::State::feed_whole_object(std::string_view line, std::uint64_t number) {
  const bool closed = line.ends_with('}');
  if (closed && read_json_object(line, object_, null_name_)) {
    hand_on_object(number);
    return true;
  }
  if (closed || line.size() < 40) return false;
  for (const auto* end : {"\"}", "}"}) {
    if (!read_json_object(std::string(line) + end, object_, null_name_)) continue;
    if (kind_of(object_) == JsonLineKind::Other) return false;
    report(DiagnosticKind::Truncated, number, "JSON object is cut; what could be read of it is used");
    hand_on_object(number);
    return true;
  }
  return false;
}

void Normalizer::State::feed_text(std::string_view line, std::uint64_t number) {
  if (PstoreBlocks::begins(line)) {
    outlet_.set_form(EnvelopeForm::Pstore);
    pstore_.feed(line, number);
  } else {
    text_.feed(line, number);
  }
}

void Normalizer::State::feed_line(std::string_view line, std::uint64_t number) {
  if (json_.open()) return json_.feed(line, number);
  if (export_.open() || JournalExport::begins(line)) {
    if (export_.feed(line, number)) return;
  }
  if (verbose_.open() || JournalVerbose::begins(line)) {
    if (verbose_.feed(line, number)) return;
  }
  if (pstore_.open()) return pstore_.feed(line, number);
  const auto object = without_record_mark(line);
  if (JsonStretch::begins(object)) {
    if (!object.starts_with('{') || !feed_whole_object(object, number)) json_.feed(object, number);
    return;
  }
  feed_text(line, number);
}

void Normalizer::State::feed(std::string_view physical_line, std::uint64_t number) {
  auto line = physical_line;
  if (number == 1) take(line, "\xEF\xBB\xBF");
  // A crash of the machine leaves blocks of zeros where a log file had been about to grow.
  while (take(line, '\0')) {
  }
  line = line_ends_.without_carriage_returns(line);
  line = typesetting_.undo(line);
  if (is_coloured(line)) line = without_colour(line, colour_scratch_);
  if (!in_stretch() && !begins_stretch(line)) {
    if (!is_many_lines(line)) return unwrapper_.feed(line, number);
    return for_each_part(line, "\\n", [&](std::string_view part) { unwrapper_.feed(part, number); });
  }
  unwrapper_.flush();
  feed_line(line, number);
}

void Normalizer::State::finish() {
  unwrapper_.flush();
  json_.finish();
  export_.finish();
  verbose_.finish();
  pstore_.finish();
  text_.finish();
}

Normalizer::Normalizer(const ReadContext& context, LogLineSink lines, DiagnosticSink diagnostics)
    : state_(std::make_unique<State>(context, std::move(lines), std::move(diagnostics))) {}
Normalizer::~Normalizer() = default;

void Normalizer::feed(std::string_view physical_line, std::uint64_t line) { state_->feed(physical_line, line); }
std::uint64_t Normalizer::binary_bytes_wanted() const { return state_->journal_export().binary_bytes_wanted(); }
void Normalizer::feed_binary(std::string_view bytes) { state_->journal_export().feed_binary(bytes); }
void Normalizer::finish() { state_->finish(); }
bool Normalizer::quiet() const { return state_->quiet(); }
void Normalizer::pass(EnvelopeForm form, std::uint64_t lines) { state_->pass(form, lines); }
bool Normalizer::delays() const { return state_->delays(); }
void Normalizer::hand_on_delayed() { state_->hand_on_delayed(); }
std::string_view Normalizer::line_of_text() const { return state_->line_of_text(); }
EnvelopeForm Normalizer::main_form() const { return state_->outlet().main_form(); }

}  // namespace oomwhy
