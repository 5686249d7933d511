#include "parser/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "parser/archive.hpp"
#include "parser/assembler.hpp"
#include "parser/event_time.hpp"
#include "parser/input_kind.hpp"
#include "parser/look_ahead.hpp"
#include "parser/normalize.hpp"
#include "parser/read_stream.hpp"
#include "parser/side_by_side.hpp"

namespace oomwhy {

namespace {

constexpr std::size_t kMostDiagnostics = 1000;
constexpr std::uint64_t kProgressEvery = std::uint64_t{4} << 20;

// The stamp of the last line that had one, without allocating for each.
class LastStamp {
 public:
  void note(const Stamp& stamp) {
    stamp_ = stamp;
    as_printed_.assign(stamp.as_printed);
  }
  Time time() const {
    Stamp stamp = stamp_;
    stamp.as_printed = as_printed_;
    return to_time(stamp);
  }

 private:
  Stamp stamp_;
  std::string as_printed_;
};

class Reading {
 public:
  Reading(TextSource& source, const ReadOptions& options, const EventSink& events)
      : source_(source),
        options_(options),
        assembler_(
            source.name(), events, [this](Diagnostic diagnostic) { note(std::move(diagnostic)); },
            [this](BlindSpot spot) { summary_.blind_spots.push_back(std::move(spot)); }),
        normalizer_(
            options.context, [this](const LogLine& line) { take(line); },
            [this](Diagnostic diagnostic) { note(std::move(diagnostic)); }),
        look_ahead_(source, normalizer_, assembler_, [this](const PhysicalLine& line) {
          ++summary_.lines;
          normalizer_.feed(line.bytes, line.line);
        }) {
    summary_.source = source.name();
  }

  InputSummary read() {
    PhysicalLine line;
    while (next(line)) {
      feed(line);
      show_progress();
    }
    normalizer_.finish();
    assembler_.finish();
    summary_.kind = input_kind(normalizer_.main_form());
    summary_.bytes = source_.bytes_read();
    summary_.boots = assembler_.boots();
    if (summary_.first) summary_.last = last_.time();
    if (source_.error() != nullptr) summary_.error = *source_.error();
    return std::move(summary_);
  }

 private:
  // The raw bytes of a binary field first, where the normalizer wants any.
  bool next(PhysicalLine& line) {
    while (const std::uint64_t wanted = normalizer_.binary_bytes_wanted()) {
      std::string_view bytes;
      if (!source_.next_bytes(wanted, bytes)) return false;
      normalizer_.feed_binary(bytes);
    }
    if (options_.pace == Pace::LookAhead) summary_.lines += look_ahead_.pass();
    return source_.next(line);
  }

  void feed(const PhysicalLine& line) {
    ++summary_.lines;
    if (line.cut) {
      note({Origin{summary_.source, line.line, {}}, DiagnosticKind::TooLong,
            fmt::format("the line is longer than {} bytes; the rest of it is skipped", kLongestLine)});
    }
    normalizer_.feed(line.bytes, line.line);
  }

  void take(const LogLine& line) {
    if (has_stamp(line.stamp)) {
      if (!summary_.first) summary_.first = to_time(line.stamp);
      last_.note(line.stamp);
    }
    look_ahead_.learn(normalizer_.line_of_text(), line);
    if (options_.userland) listen(line);
    assembler_.feed(line);
  }

  void listen(const LogLine& line) {
    if (auto fact = classify_userland(line)) {
      options_.userland(make_userland_event(line, std::move(*fact), summary_.source));
    }
  }

  void note(Diagnostic diagnostic) {
    if (summary_.diagnostics.size() >= kMostDiagnostics) {
      ++summary_.diagnostics_omitted;
      return;
    }
    if (diagnostic.origin.source.empty()) diagnostic.origin.source = summary_.source;
    summary_.diagnostics.push_back(std::move(diagnostic));
  }

  void show_progress() {
    if (!options_.progress) return;
    const std::uint64_t bytes = source_.bytes_read();
    if (bytes - shown_ < kProgressEvery) return;
    shown_ = bytes;
    options_.progress(bytes, source_.size_hint());
  }

  TextSource& source_;
  const ReadOptions& options_;
  InputSummary summary_;
  LastStamp last_;
  std::uint64_t shown_ = 0;
  Assembler assembler_;
  Normalizer normalizer_;
  LookAhead look_ahead_;
};

}  // namespace

InputSummary read_source(TextSource source, const ReadOptions& options, const EventSink& events) {
  return Reading(source, options, events).read();
}

namespace {

InputSummary unreadable(const std::string& path, const Error& error) {
  InputSummary summary;
  summary.source = path;
  summary.kind = "unknown";
  summary.error = error;
  return summary;
}

// That read and search beside the parser; 0: it does so itself. What is small is read before a thread has started, and
// one core has no room for two. More than three cannot hand on what they find fast enough to be of use.
std::size_t threads_for(const ByteStream& stream) {
  constexpr std::uint64_t kWorthThread = std::uint64_t{2} << 20;
  constexpr std::size_t kMostThreads = 3;
  return stream.size_hint() < kWorthThread ? 0 : std::min(processors() - 1, kMostThreads);
}

TextSource source_of(std::unique_ptr<ByteStream> stream, const std::string& name, std::size_t threads) {
  return threads == 0 ? TextSource::from_stream(std::move(stream), name)
                      : TextSource::from_stream_ahead(std::move(stream), name, threads);
}

InputSummary read_text(std::unique_ptr<ByteStream> stream, const std::string& name, const ReadOptions& options,
                       const EventSink& events) {
  const std::size_t threads = threads_for(*stream);
  return read_source(source_of(std::move(stream), name, threads), options, events);
}

std::vector<InputSummary> read_packed(PeekedStream& packed, const std::string& name, const ReadOptions& options,
                                      const EventSink& events) {
  std::vector<InputSummary> summaries;
  const std::size_t threads = threads_for(packed);
  auto spots = unpack(packed, name, [&](std::unique_ptr<ByteStream> member, const std::string& member_name) {
    summaries.push_back(read_source(source_of(std::move(member), member_name, threads), options, events));
  });
  if (spots.empty() && !summaries.empty()) return summaries;
  InputSummary whole = unreadable(name, {});
  whole.error.reset();
  for (const BlindSpot& spot : spots) {
    if (spot.kind == BlindSpotKind::Damaged && !whole.error) {
      whole.error = Error{name, spot.detail, "what could be read of it is still shown"};
    }
  }
  whole.kind = "archive";
  whole.blind_spots = std::move(spots);
  summaries.push_back(std::move(whole));
  return summaries;
}

}  // namespace

std::vector<InputSummary> read_stream(std::unique_ptr<PeekedStream> stream, const std::string& name,
                                      const ReadOptions& options, const EventSink& events) {
  if (is_packed(stream->peek())) return read_packed(*stream, name, options, events);
  return {read_text(std::move(stream), name, options, events)};
}

std::vector<InputSummary> read_file(const std::string& path, const ReadOptions& options, const EventSink& events) {
  const std::string name = path == "-" ? "standard input" : path;
  auto opened = open_bytes(path);
  if (!opened) return {unreadable(name, opened.error())};
  return read_stream(std::make_unique<PeekedStream>(std::move(*opened)), name, options, events);
}

InputSummary read_file_from(const std::string& path, std::uint64_t first_byte, const ReadOptions& options,
                            const EventSink& events) {
  const std::string name = fmt::format("{}@{}", path, first_byte);
  auto opened = open_bytes(path, first_byte);
  if (!opened) return unreadable(name, opened.error());
  InputSummary summary = read_text(std::move(*opened), name, options, events);
  summary.first_byte = first_byte;
  return summary;
}

}  // namespace oomwhy
