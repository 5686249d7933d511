#include "tests/fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/options.hpp"
#include "parser/grammar.hpp"
#include "parser/normalize.hpp"
#include "parser/reader.hpp"
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

void run_what_if(std::string_view bytes) { static_cast<void>(parse_assumption(std::string(bytes))); }

void run_options(std::string_view bytes) {
  std::vector<std::string> argv;
  for_each_line(bytes, [&](std::string_view word, std::uint64_t) { argv.emplace_back(word); });
  static_cast<void>(parse_options(argv, 1'700'000'000'000'000));
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
  require(!has_control_character(render_markdown(document, "oomwhy")), "Markdown has no control character");
  const std::string json = render_json(document, JsonEvents::Include);
  require(!has_control_character(json), "JSON has no control character");
  require(!nlohmann::json::parse(json, nullptr, false).is_discarded(), "JSON is JSON");
}

void run_pipeline(std::string_view bytes) {
  Read input = read(bytes);
  const Document document = analyse(std::move(input.summaries), std::move(input.events), {}, input.userland);
  render(document);
  render(redact(document, {"oomwhy"}, Redaction::All, "").document);
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {{"normalize", run_normalize}, {"events", run_events},
                                          {"journal", run_journal},     {"what-if", run_what_if},
                                          {"options", run_options},     {"pipeline", run_pipeline}};
  return all;
}

}  // namespace oomwhy::fuzz
