#include "cli/scan.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/atomic_file.hpp"
#include "cli/messages.hpp"
#include "cli/redaction_key.hpp"
#include "cli/sandbox.hpp"
#include "cli/scan_results.hpp"
#include "cli/scan_source.hpp"
#include "cli/scan_state.hpp"
#include "cli/terminal.hpp"
#include "cli/write_all.hpp"
#include "parser/side_by_side.hpp"

namespace oomwhy {
namespace {

constexpr mode_t kStateMode = 0600;
constexpr mode_t kTextfileMode = 0644;  // the collector is another user

// Everything that a run writes, open before anything is read.
struct Targets {
  std::optional<StateLock> lock;
  std::optional<AtomicFile> state, textfile;
};

std::optional<Error> open_targets(const ScanChoice& choice, Targets& targets) {
  if (!choice.cursor_file.empty()) {
    auto lock = StateLock::take(choice.cursor_file);
    if (!lock) return lock.error();
    targets.lock.emplace(std::move(*lock));
    auto state = AtomicFile::open(choice.cursor_file, kStateMode);
    if (!state) return state.error();
    targets.state.emplace(std::move(*state));
  }
  if (choice.textfile.empty()) return std::nullopt;
  auto textfile = AtomicFile::open(choice.textfile, kTextfileMode);
  if (!textfile) return textfile.error();
  targets.textfile.emplace(std::move(*textfile));
  return std::nullopt;
}

// Both are renamed into place in the end; a state that is damaged is renamed out of the way.
Allowed needs_of(const ScanChoice& choice) {
  Allowed allowed;
  for (const std::string& file : {choice.cursor_file, choice.textfile}) {
    if (!file.empty()) allowed.writable_folders.push_back(std::filesystem::absolute(file).parent_path().string());
  }
  return allowed;
}

// A job holds a decompressor, a line of up to 1 MiB and the events of one source.
constexpr std::uint64_t kBytesForJob = std::uint64_t{64} << 20;

// What all sources' incidents together may hold until they are told; each source has its share, whoever is done first.
constexpr std::uint64_t kBytesToTell = std::uint64_t{256} << 20;

// The limit of the cgroup that we are in; absent: none, or not known.
std::optional<std::uint64_t> memory_limit() {
  std::ifstream own("/proc/self/cgroup");
  std::string line;
  while (std::getline(own, line)) {
    if (!line.starts_with("0::")) continue;
    std::ifstream file("/sys/fs/cgroup" + line.substr(3) + "/memory.max");
    std::uint64_t limit = 0;
    if (file >> limit) return limit;  // "max" is no number
  }
  return std::nullopt;
}

std::size_t choose_jobs(const ScanChoice& choice, std::size_t sources) {
  std::size_t jobs = choice.jobs.value_or(processors());
  if (!choice.jobs) {
    if (const auto limit = memory_limit()) {
      jobs = std::min(jobs, static_cast<std::size_t>(std::max<std::uint64_t>(1, *limit / kBytesForJob)));
    }
  }
  return std::max<std::size_t>(1, std::min(jobs, sources));
}

// "oomwhy: 12 of 200 sources" on a terminal.
class Counter {
 public:
  Counter(std::size_t all, bool shown) : all_(all), shown_(shown && all > 1) {}
  ~Counter() {
    if (shown_) std::fputs("\r\x1b[K", stderr);
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  void step() {
    if (!shown_) return;
    const std::lock_guard guard(mutex_);
    const std::string text = "\roomwhy: " + std::to_string(++done_) + " of " + std::to_string(all_) + " sources\x1b[K";
    std::fputs(text.c_str(), stderr);
  }

 private:
  std::size_t all_;
  bool shown_;
  std::size_t done_ = 0;
  std::mutex mutex_;
};

// Each source on its own; results stand in the sources' order whoever is done first.
std::vector<SourceResult> scan_all(const std::vector<SourceTask>& tasks, const ScanState& state,
                                   const ScanSettings& settings, std::size_t jobs, Counter& counter) {
  std::vector<SourceResult> results(tasks.size());
  side_by_side(tasks.size(), jobs, [&](std::size_t i) {
    const auto before = state.sources.find(tasks[i].name);
    results[i] = scan_source(tasks[i], before == state.sources.end() ? nullptr : &before->second, settings);
    counter.step();
  });
  return results;
}

bool fails(const ScanSummary& summary, FailOn fail_on) {
  const auto& incidents = summary.incidents;
  switch (fail_on) {
    case FailOn::None:
      return false;
    case FailOn::Incident:
      return !incidents.empty();
    case FailOn::Loop:
      return std::any_of(incidents.begin(), incidents.end(), [](const ScanIncident& one) { return one.incident.loop; });
  }
  return false;
}

std::string render(const ScanOutcome& outcome, const Request& request, ExitStatus status) {
  if (request.output.format != Format::JsonLines) {
    if (request.output.quiet && is_uneventful(outcome.summary)) return "";
    TextStyle style = choose_style(request);
    return render_scan(outcome.summary, style, static_cast<int>(status));
  }
  return text_of([&](const TextSink& out) { write_scan_lines(outcome.summary, outcome.document, out); });
}

// A reader that goes away has not been told: unlike with other commands that is an error, and nothing is committed.
std::optional<Error> tell(std::string_view text) {
  const int failure = write_all(STDOUT_FILENO, text);
  if (failure == 0) return std::nullopt;
  return Error{"standard output", std::strerror(failure), "the next scan tells it again"};
}

ExitStatus fail(const Error& error) {
  print_error(error);
  return ExitStatus::Unreadable;
}

// What was told is committed; a run that ends before this line tells it again.
std::optional<Error> commit(const ScanOutcome& outcome, Targets& targets) {
  if (targets.state) {
    if (auto error = targets.state->commit(write_state(outcome.next))) return error;
  }
  if (!targets.textfile) return std::nullopt;
  return targets.textfile->commit(render_metrics(
      outcome.shown, {.finished_us = outcome.next.finished_us, .unreadable_sources = outcome.unreadable}));
}

void print_errors(const ScanOutcome& outcome) {
  for (const InputSummary& input : outcome.document.inputs) {
    if (input.error) print_error(*input.error);
  }
}

}  // namespace

ExitStatus run_scan(const Request& request, std::int64_t now_us) {
  const auto redaction = redaction_choice(request.output);
  if (!redaction) return fail(redaction.error());
  Targets targets;
  if (auto error = open_targets(request.scan, targets)) return fail(*error);
  enter_sandbox(needs_of(request.scan));
  LoadedState loaded;
  if (!request.scan.cursor_file.empty()) {
    auto state = load_state(request.scan.cursor_file);
    if (!state) return fail(state.error());
    loaded = std::move(*state);
  }
  const SourceList sources = find_sources(request);
  for (const Error& error : sources.errors) print_error(error);
  if (sources.tasks.empty()) return ExitStatus::Unreadable;
  const ScanSettings settings{.context = request.context,
                              .site = request.site,
                              .now_us = now_us,
                              .keeps_state = targets.state.has_value(),
                              .last_finished_us = loaded.state.finished_us,
                              .source_bytes = kBytesToTell / sources.tasks.size()};
  std::optional<Counter> counter(std::in_place, sources.tasks.size(),
                                 !request.output.quiet && is_terminal(STDERR_FILENO));
  auto results =
      scan_all(sources.tasks, loaded.state, settings, choose_jobs(request.scan, sources.tasks.size()), *counter);
  counter.reset();
  ScanOutcome outcome = sum_up(sources.tasks, std::move(results), loaded.state, now_us);
  if (!loaded.note.empty()) {
    print_note(loaded.note);
    outcome.summary.notes.push_back(loaded.note);
  }
  print_errors(outcome);
  const bool incomplete = outcome.incomplete || !sources.errors.empty();
  const ExitStatus status = incomplete ? ExitStatus::Unreadable
                            : fails(outcome.summary, request.scan.fail_on.value_or(FailOn::None)) ? ExitStatus::Nothing
                                                                                                  : ExitStatus::Found;
  RedactedScan shown = redact({std::move(outcome.summary), std::move(outcome.document)}, *redaction);
  outcome.summary = std::move(shown.summary);
  outcome.document = std::move(shown.document);
  if (const auto failed = tell(render(outcome, request, status))) return fail(*failed);
  if (const auto failed = commit(outcome, targets)) return fail(*failed);
  return status;
}

}  // namespace oomwhy
