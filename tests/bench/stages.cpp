// How long each stage takes on reports that stand back to back, and a what-if on a large table. By hand, in a release
// build: ninja bench_stages && tests/bench/bench_stages (see --help); bytes_per_second is of the log's text.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <string>

#include "parser/normalize.hpp"
#include "parser/reader.hpp"
#include "report/analysis.hpp"
#include "report/renderer.hpp"
#include "report/what_if.hpp"
#include "tests/report/make_case.hpp"

using namespace oomwhy;

namespace {

constexpr std::size_t kReports = 200;  // about 2 MB

// The lines of a real report without their stamps.
std::vector<std::string> report_lines() {
  std::ifstream file(OOMWHY_TESTDATA "/host-swarm-kills-database/input.dmesg.txt");
  if (!file) throw std::runtime_error("testdata/host-swarm-kills-database/input.dmesg.txt cannot be read");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    const auto end = line.find("] ");
    if (line.starts_with('[') && end != std::string::npos) lines.push_back(line.substr(end + 2));
  }
  return lines;
}

// The report again and again, a minute apart, as syslog writes it.
std::string make_log() {
  const auto lines = report_lines();
  std::string log;
  for (std::size_t report = 0; report < kReports; ++report) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      log += fmt::format("Mar  2 {:02}:{:02}:00 web-07 kernel: [{:5}.{:06}] {}\n", report / 60, report % 60,
                         4000 + report * 60, i, lines[i]);
    }
  }
  return log;
}

const std::string& dense_log() {
  static const std::string log = make_log();
  return log;
}

// The texts of the kernel's lines.
std::vector<std::string> texts_of(const std::string& log) {
  std::vector<std::string> texts;
  Normalizer normalizer(
      {}, [&](const LogLine& line) { texts.emplace_back(line.text); }, [](const Diagnostic&) {});
  TextSource source = TextSource::from_memory(log, "dense.log");
  for (PhysicalLine line; source.next(line);) normalizer.feed(line.bytes, line.line);
  normalizer.finish();
  return texts;
}

struct Read {
  std::vector<InputSummary> summaries;
  std::vector<OomEvent> events;
};

Read read(const std::string& log) {
  Read read;
  read.summaries.push_back(read_source(TextSource::from_memory(log, "dense.log"), {},
                                       [&](OomEvent event) { read.events.push_back(std::move(event)); }));
  return read;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(dense_log().size()));
}

void lines(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    TextSource source = TextSource::from_memory(dense_log(), "dense.log");
    std::uint64_t count = 0;
    for (PhysicalLine line; source.next(line);) ++count;
    benchmark::DoNotOptimize(count);
  }
  count_bytes(state);
}
BENCHMARK(lines);

void lines_and_normalize(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(texts_of(dense_log()));
  count_bytes(state);
}
BENCHMARK(lines_and_normalize);

void grammar(benchmark::State& state) {
  const auto texts = texts_of(dense_log());
  for ([[maybe_unused]] auto _ : state) {
    for (const std::string& text : texts) benchmark::DoNotOptimize(classify(text));
  }
  count_bytes(state);
}
BENCHMARK(grammar);

void lines_to_events(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    if (read(dense_log()).events.size() != kReports) state.SkipWithError("not every report became an event");
  }
  count_bytes(state);
}
BENCHMARK(lines_to_events);

void analysis(benchmark::State& state) {
  const Read once = read(dense_log());
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    Read copy = once;
    state.ResumeTiming();
    benchmark::DoNotOptimize(analyse(std::move(copy.summaries), std::move(copy.events)));
  }
  count_bytes(state);
}
BENCHMARK(analysis);

void json(benchmark::State& state) {
  Read once = read(dense_log());
  const Document document = analyse(std::move(once.summaries), std::move(once.events));
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(render_json(document, JsonEvents::Include));
  count_bytes(state);
}
BENCHMARK(json);

// A host with as many tasks as the argument says; the largest one dies.
OomEvent crowded(std::int64_t count) {
  std::vector<Task> tasks;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto pid = static_cast<std::uint32_t>(1000 + i);
    tasks.push_back(row(pid, 33, i + 1 == count ? kGiB : 10 + pid % 7, 4096, 0, 0, fmt::format("php-{}", i % 100)));
  }
  return host_of_16_gib(std::move(tasks), static_cast<std::uint32_t>(999 + count));
}

void what_if(benchmark::State& state) {
  const OomEvent event = crowded(state.range(0));
  const auto assumption = parse_assumption(fmt::format("{}:OOMScoreAdjust=-999", 999 + state.range(0)));
  if (!assumption) return state.SkipWithError("the assumption cannot be read");
  for ([[maybe_unused]] auto _ : state) {
    const WhatIf result = replay(event, {*assumption});
    if (!result.replay || !result.replay->after_pid) state.SkipWithError("nobody dies in its place");
  }
}
BENCHMARK(what_if)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

void least_adj_that_spares(benchmark::State& state) {
  const OomEvent event = crowded(state.range(0));
  const auto largest = static_cast<std::uint32_t>(999 + state.range(0));
  for ([[maybe_unused]] auto _ : state) {
    if (!adj_that_spares(event, largest)) state.SkipWithError("no adj spares it");
  }
}
BENCHMARK(least_adj_that_spares)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
