#include "tests/fuzz/targets.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/conf.hpp"
#include "cli/options.hpp"
#include "cli/scan_state.hpp"
#include "parser/grammar.hpp"
#include "parser/journal_index.hpp"
#include "parser/normalize.hpp"
#include "parser/reader.hpp"
#include "report/json_read.hpp"
#include "report/redact.hpp"
#include "report/renderer.hpp"
#include "report/what_if.hpp"

namespace oomwhy::fuzz {
namespace {

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

template <typename Take>
void for_each_line(std::string_view bytes, Take take) {
  std::uint64_t number = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    take(bytes.substr(0, end), ++number);
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
  }
}

// Lines, and the raw stretches of an export that the normalizer asks for.
void run_normalize(std::string_view bytes) {
  Normalizer normalizer(
      {}, [](const LogLine&) {}, [](const Diagnostic&) {});
  std::uint64_t number = 0;
  while (!bytes.empty()) {
    if (const auto wanted = normalizer.binary_bytes_wanted(); wanted > 0) {
      if (wanted > bytes.size()) break;
      normalizer.feed_binary(bytes.substr(0, wanted));
      bytes.remove_prefix(wanted);
      continue;
    }
    const auto end = bytes.find('\n');
    normalizer.feed(bytes.substr(0, end), ++number);
    if (end == std::string_view::npos) break;
    bytes.remove_prefix(end + 1);
  }
  normalizer.finish();
}

struct Read {
  std::vector<InputSummary> summaries;
  std::vector<OomEvent> events;
  std::vector<UserlandEvent> userland;
};

Read read(std::string_view bytes) {
  Read read;
  ReadOptions options;
  options.userland = [&read](UserlandEvent event) { read.userland.push_back(std::move(event)); };
  read.summaries.push_back(read_source(TextSource::from_memory(std::string(bytes), "log"), options,
                                       [&read](OomEvent event) { read.events.push_back(std::move(event)); }));
  return read;
}

void run_events(std::string_view bytes) {
  for_each_line(bytes, [](std::string_view line, std::uint64_t) { static_cast<void>(classify(line)); });
  for (const OomEvent& event : read(bytes).events) {
    require(event.raw.size() <= bytes.size() + (std::size_t{1} << 20), "a report is no longer than its log");
  }
}

// Journal exports and JSON come with their own framing: each in front of the same bytes.
void run_journal(std::string_view bytes) {
  static_cast<void>(read("__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n" + std::string(bytes)));
  static_cast<void>(read("{\"_TRANSPORT\":\"kernel\",\"MESSAGE\":" + std::string(bytes)));
}

// The first line is the argument; what follows it is the log that it is asked of.
void run_what_if(std::string_view bytes) {
  const auto end = bytes.find('\n');
  const auto assumption = parse_assumption(bytes.substr(0, end));
  if (!assumption || end == std::string_view::npos) return;
  for (const OomEvent& event : read(bytes.substr(end + 1)).events) {
    static_cast<void>(replay(event, {*assumption}));
    for (const std::uint32_t pid : matching_pids(event, assumption->target)) {
      static_cast<void>(adj_that_spares(event, pid));
      static_cast<void>(adj_that_offers(event, pid));
    }
  }
}

void run_options(std::string_view bytes) {
  std::vector<std::string> argv;
  for_each_line(bytes, [&](std::string_view word, std::uint64_t) { argv.emplace_back(word); });
  static_cast<void>(parse_options(argv, 1'700'000'000'000'000));
}

// Settings come from files: here from one that no disk holds.
void run_conf(std::string_view bytes) {
  const int file = ::memfd_create("oomwhy.conf", MFD_CLOEXEC);
  if (file < 0) return;
  const bool written = ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  Request request;
  if (written) {
    if (const auto conf = read_conf({"/proc/self/fd/" + std::to_string(file)})) apply_conf(*conf, request);
  }
  ::close(file);
}

void run_scan_state(std::string_view bytes) {
  auto state = parse_state(std::string(bytes));
  if (!state) return;
  forget_the_oldest(*state);
  const std::string written = write_state(*state);
  const auto again = parse_state(written);
  require(again.has_value(), "a state that was written can be read");
  require(write_state(*again) == written, "a state survives being written and read");
}

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < ' ' && c != '\n') || byte == 0x7f) return true;
  }
  return false;
}

void render(const Document& document) {
  TextStyle style;
  style.detail = Detail::Full;
  style.show_evidence = true;
  for (const Incident& incident : document.incidents) {
    require(!has_control_character(render_text(document, incident, style)), "text has no control character");
  }
  require(!has_control_character(render_list(document, style)), "a list has no control character");
  require(!has_control_character(render_nothing(document, style)), "coverage has no control character");
  require(!has_control_character(render_ranking(document, style)), "a ranking has no control character");
  require(!has_control_character(render_markdown(document, "oomwhy")), "Markdown has no control character");
  require(!has_control_character(render_list_markdown(document)), "a table has no control character");
  const std::string json = render_json(document, JsonEvents::Include);
  require(!has_control_character(json), "JSON has no control character");
  require(!nlohmann::json::parse(json, nullptr, false).is_discarded(), "JSON is JSON");
}

// What the typed lines of a document say is read back whole.
void read_back(const Document& document) {
  RunReader reader;
  for_each_line(render_json_lines(document),
                [&](std::string_view line, std::uint64_t) { require(reader.feed(line), "a typed line is ours"); });
  const auto runs = reader.finish();
  require(runs.size() == 1 && runs.front().ended, "a run is one run, with its end");
  require(runs.front().incidents.size() == document.incidents.size(), "every incident comes back");
}

void run_pipeline(std::string_view bytes) {
  Read input = read(bytes);
  const Document document = analyse(std::move(input.summaries), std::move(input.events), {}, input.userland);
  render(document);
  read_back(document);
  render(redact(document, {"oomwhy"}, {Redaction::All}).document);
}

// A fleet's lines are written by other hosts: as hostile as a log.
void run_typed_lines(std::string_view bytes) {
  RunReader reader;
  for_each_line(bytes, [&](std::string_view line, std::uint64_t) { static_cast<void>(reader.feed(line)); });
  Document document;
  merge_runs(document, reader.finish(), "lines");
  render(document);
  render(redact(document, {"oomwhy"}, {Redaction::All}).document);
}

// A journal file of which the index is read without libsystemd.
void run_journal_index(std::string_view bytes) {
  const int file = ::memfd_create("journal", MFD_CLOEXEC);
  require(file >= 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "a file");
  const IndexSearch search{.matches = {"_TRANSPORT=kernel", "PRIORITY=3", "PRIORITY=4"},
                           .is_wanted = [](std::string_view message) { return !message.empty(); },
                           .since_us = 1,
                           .until_us = {}};
  const auto found = find_indexed({"/proc/self/fd/" + std::to_string(file)}, search, 1);
  ::close(file);
  require(!found || found->size() <= bytes.size(), "an entry takes a byte and more");
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {{"normalize", run_normalize},   {"events", run_events},
                                          {"journal", run_journal},       {"what-if", run_what_if},
                                          {"options", run_options},       {"conf", run_conf},
                                          {"scan-state", run_scan_state}, {"typed-lines", run_typed_lines},
                                          {"pipeline", run_pipeline},     {"journal-index", run_journal_index}};
  return all;
}

}  // namespace oomwhy::fuzz
