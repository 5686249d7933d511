#include "cli/inputs.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>

#include "cli/journal_input.hpp"
#include "cli/living_tasks.hpp"
#include "cli/match.hpp"
#include "cli/messages.hpp"
#include "cli/progress.hpp"
#include "cli/standard_input.hpp"
#include "cli/terminal.hpp"
#include "cli/zone.hpp"
#include "parser/archive.hpp"
#include "parser/read_stream.hpp"

namespace oomwhy {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);
constexpr const char* kLogFolder = "/var/log";

// The offset of a zone with rules is asked for on every line; it changes at whole quarters of an hour only.
std::function<int(std::int64_t)> remembered_offsets(const Zone& zone) {
  constexpr std::int64_t kQuarterUs = std::int64_t{15} * 60 * 1'000'000;
  struct Last {
    std::int64_t quarter = 0;
    int minutes = 0;
    bool known = false;
  };
  return [zone, last = std::make_shared<Last>()](std::int64_t wall_us) {
    const std::int64_t quarter = wall_us / kQuarterUs;
    if (!last->known || last->quarter != quarter) *last = {quarter, zone.offset_minutes_at(wall_us), true};
    return last->minutes;
  };
}

void set_zone(ReadContext& context, const Zone& zone) {
  context.utc_offset_minutes = zone.fixed_offset_minutes();
  if (!context.utc_offset_minutes) context.utc_offset_minutes_at = remembered_offsets(zone);
}

// Of typed lines that are compressed what is in them; anything else as it is.
Result<std::unique_ptr<PeekedStream>> open_text_or_archive(const std::string& path) {
  auto opened = open_bytes(path);
  if (!opened) return opened.error();
  auto stream = std::make_unique<PeekedStream>(std::move(*opened));
  if (path == "-" || !is_packed(stream->peek())) return stream;
  auto text = open_text(path);
  if (!text) return stream;  // an archive
  auto unpacked = std::make_unique<PeekedStream>(std::move(*text));
  return are_typed_lines(unpacked->peek()) ? std::move(unpacked) : std::move(stream);
}

// What the ring buffer no longer has.
std::vector<BlindSpot> gaps_of(const KernelRing& ring) {
  std::vector<BlindSpot> spots;
  if (ring.first_sequence.value_or(0) > 0) {
    spots.push_back({BlindSpotKind::RingOverrun,
                     fmt::format("the ring buffer begins at record {}; older ones were overwritten or cleared",
                                 *ring.first_sequence)});
  }
  if (ring.overrun || ring.lost > 0) {
    spots.push_back({BlindSpotKind::RecordsLost,
                     fmt::format("{} records of the ring buffer were overwritten before they could be read",
                                 ring.lost == 0 ? "some" : std::to_string(ring.lost))});
  }
  return spots;
}

class Reading {
 public:
  explicit Reading(const Request& request)
      : quiet_(request.output.quiet),
        asks_living_(request.command == Command::Explain || request.command == Command::Advise),
        selection_(request.selection),
        context_(read_context(request.context)),
        zone_given_(!request.context.timezone.empty()),
        inputs_{.gathering = Gathering({{}, request.site}, {.wanted = ids_in(request.selection)})} {}

  void read_named(const std::string& path) {
    const auto files = expand_folder(path);
    if (!files) return fail(path, files.error());
    for (const std::string& file : *files) {
      is_journal(file) ? read_journal({.files = {file}}) : read_log(file);
    }
  }

  // A log, or what another oomwhy said of one.
  void read_log(const std::string& path) {
    const std::string name = path == "-" ? "standard input" : path;
    auto opened = open_text_or_archive(path);
    if (!opened) return fail(name, opened.error());
    auto stream = std::move(*opened);
    if (!are_typed_lines(stream->peek())) return take(read_stream(std::move(stream), name, options_for(name), sink()));
    auto lines = read_typed_lines(*stream, name);
    if (!lines) return fail(name, lines.error());
    if (lines->damaged_lines > 0) note(fmt::format("{}: {} damaged lines left out", name, lines->damaged_lines));
    for (const RunRead& run : lines->runs) {
      if (!run.ended) inputs_.errors.push_back({name, "a run in it has no end: it was cut short", "run it again"});
    }
    inputs_.typed_lines.push_back(std::move(*lines));
  }

  void read_standard_input() {
    inputs_.implied_stdin = true;
    read_log("-");
  }

  void read_journal(const JournalChoice& choice) {
    take(read_journal_input(choice, selection_, sink_of_this_host(),
                            [this](UserlandEvent event) { inputs_.gathering.take(std::move(event)); }));
  }

  void read_local() {
    inputs_.local = true;
    if (has_local_journal()) return read_journal({});
    if (context_.host.empty()) context_.host = host_name();
    auto ring = read_kernel_ring(kKernelRing);
    if (ring) return announce_ring(std::move(*ring));
    const auto files = find_log_files(kLogFolder);
    if (files.empty()) return fail_local(ring.error());
    note(fmt::format("{}: {}; reading {} instead", kKernelRing, ring.error().why, files.back()));
    // The files of this machine are stamped by its own clock.
    if (!zone_given_) set_zone(context_, Zone::local());
    for (const std::string& file : files) take(read_file(file, options_for(file), sink()));
  }

  void read_end(const std::string& path, std::uint64_t first_byte) {
    take(read_file_from(path, first_byte, options_for(path), sink()));
  }

  void read_named_ring() {
    auto ring = read_kernel_ring(kKernelRing);
    if (!ring) return fail(kKernelRing, ring.error());
    announce_ring(std::move(*ring));
  }

  void read_ring(KernelRing ring) {
    if (context_.host.empty()) context_.host = host_name();
    auto summary = read_source(TextSource::from_memory(std::move(ring.records), kKernelRing), options_for(kKernelRing),
                               sink_of_this_host());
    for (BlindSpot& spot : gaps_of(ring)) summary.blind_spots.push_back(std::move(spot));
    take(std::move(summary));
  }

  Inputs finish() { return std::move(inputs_); }

 private:
  EventSink sink() {
    return [this](OomEvent event) { inputs_.gathering.take(std::move(event)); };
  }

  // Of logs whose events may be of the boot that runs here.
  EventSink sink_of_this_host() {
    if (!asks_living_) return sink();
    return [this, living = std::make_shared<LivingTasks>("")](OomEvent event) {
      living->attribute(event);
      inputs_.gathering.take(std::move(event));
    };
  }

  ReadOptions options_for(const std::string& name) {
    ReadOptions options{.context = context_};
    options.userland = [this](UserlandEvent event) { inputs_.gathering.take(std::move(event)); };
    if (quiet_ || !is_terminal(STDERR_FILENO)) return options;
    options.progress = [progress = std::make_shared<Progress>(name, ProgressMode::Show)](
                           std::uint64_t bytes, std::uint64_t size) { progress->update(bytes, size); };
    return options;
  }

  void take(std::vector<InputSummary> summaries) {
    for (InputSummary& summary : summaries) take(std::move(summary));
  }

  void take(InputSummary summary) {
    if (summary.error) inputs_.errors.push_back(*summary.error);
    inputs_.summaries.push_back(std::move(summary));
  }

  void fail(const std::string& source, const Error& error) {
    InputSummary summary;
    summary.source = source;
    summary.kind = "unknown";
    summary.blind_spots.push_back({BlindSpotKind::Unreadable, source + ": " + error.why});
    summary.error = error;
    take(std::move(summary));
  }

  void fail_local(const Error& ring) {
    fail(kKernelRing, {kKernelRing, ring.why + "; no kern.log, messages or syslog in " + kLogFolder,
                       "sudo oomwhy, or journalctl -k -b all | oomwhy, or oomwhy FILE"});
  }

  void announce_ring(KernelRing ring) {
    note(fmt::format("reading {}, the running kernel's ring buffer", kKernelRing));
    read_ring(std::move(ring));
  }

  void note(const std::string& text) const {
    if (!quiet_) print_note(text);
  }

  bool quiet_;
  bool asks_living_;  // the other commands say the same of a log at any time
  const Selection& selection_;
  ReadContext context_;
  bool zone_given_;
  Inputs inputs_;
};

bool standard_input_is_meant(bool quiet) {
  const auto on_wait = [quiet] {
    if (!quiet) {
      print_error(
          {"standard input", "waiting for its first byte", "oomwhy < /dev/null reads the logs of this machine"});
    }
  };
  return probe_standard_input(STDIN_FILENO, kPatience, on_wait) == StandardInput::Meant;
}

}  // namespace

ReadContext read_context(const LogContext& given, LogOrigin origin) {
  ReadContext context;
  context.year = given.year;
  context.host = given.host;
  if (given.timezone.empty()) {
    // The files of this machine are stamped by its own clock.
    if (origin == LogOrigin::ThisMachine) set_zone(context, Zone::local());
    return context;
  }
  if (const auto zone = Zone::parse(given.timezone)) set_zone(context, *zone);
  return context;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

bool is_journal(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(path, failure)) return false;
  std::array<char, 8> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  return is_journal_file({head.data(), static_cast<std::size_t>(file.gcount())});
}

Result<std::vector<std::string>> expand_folder(const std::string& path) {
  std::error_code failure;
  if (path == "-" || !std::filesystem::is_directory(path, failure)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  std::filesystem::recursive_directory_iterator entry(path, failure);
  for (const std::filesystem::recursive_directory_iterator end; !failure && entry != end; entry.increment(failure)) {
    std::error_code ignored;
    if (entry->path().filename().string().starts_with('.')) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(ignored)) {  // no socket, no pipe that would be waited for, no link to nowhere
      files.push_back(entry->path().string());
    }
  }
  if (failure) return Error{path, failure.message(), "sudo oomwhy, or oomwhy FILE"};
  if (files.empty()) return Error{path, "a folder without files", "oomwhy FILE"};
  std::sort(files.begin(), files.end());
  return files;
}

Inputs read_inputs(const Request& request) {
  Reading reading(request);
  for (const std::string& input : request.inputs) reading.read_named(input);
  if (request.journal.named()) reading.read_journal(request.journal);
  if (request.kernel_ring) reading.read_named_ring();
  if (request.inputs.empty() && !request.journal.named() && !request.kernel_ring) {
    standard_input_is_meant(request.output.quiet) ? reading.read_standard_input() : reading.read_local();
  }
  return reading.finish();
}

Inputs read_end_of_log(const Request& request, const std::string& path, std::uint64_t first_byte) {
  Reading reading(request);
  reading.read_end(path, first_byte);
  return reading.finish();
}

Inputs read_followed_journal(const Request& request, std::int64_t since_us) {
  Request narrowed = request;
  narrowed.selection.since_us = since_us;
  Reading reading(narrowed);
  reading.read_journal(narrowed.journal);
  return reading.finish();
}

Inputs read_ring_records(const Request& request, KernelRing ring) {
  Reading reading(request);
  reading.read_ring(std::move(ring));
  return reading.finish();
}

}  // namespace oomwhy
