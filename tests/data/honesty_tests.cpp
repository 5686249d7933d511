// A statement lives by the lines that prove it: take them out of the log, and it is gone or weaker.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "parser/source_text.hpp"
#include "tests/data/capture_folder.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/reading.hpp"
#include "tests/data/record_text.hpp"

namespace oomwhy {
namespace {

using Lines = std::vector<std::string>;

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string message_of(const std::string& line) {
  const auto stamp = line.find("] ");
  return stamp == std::string::npos ? line : line.substr(stamp + 2);
}

// Another facility's copy of a line says the same in other stamps.
Lines without(const Lines& lines, std::size_t number) {
  const std::string message = message_of(lines[number - 1]);
  const bool is_long = message.size() > 40;
  Lines left;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool is_copy = is_long && i + 1 != number && message_of(lines[i]) == message;
    if (i + 1 != number && !is_copy) left.push_back(lines[i]);
  }
  return left;
}

// One sentence of the proof, and how sure the verdict is that it speaks for.
struct Statement {
  std::string rule, text;
  std::size_t line = 0;
  Confidence confidence = Confidence::None;
  std::size_t report = 0;  // which report of the log it was read from, counted from its end: lines in front may go
};

std::size_t report_at(const Incident& incident, std::size_t line) {
  std::size_t after = 0;
  for (const AnalysedEvent& analysed : incident.events) after += analysed.event.origin.line > line ? 1 : 0;
  return after;
}

std::vector<Statement> statements_of(const Document& document) {
  std::vector<Statement> statements;
  for (const Incident& incident : document.incidents) {
    for (const Evidence& evidence : incident.cause.evidence) {
      statements.push_back({evidence.rule, evidence.text, evidence.origin.line, incident.cause.confidence,
                            report_at(incident, evidence.origin.line)});
    }
  }
  return statements;
}

// Another report may say the same once more; that is not this statement.
bool still_stands(const Statement& statement, const std::vector<Statement>& left) {
  return std::any_of(left.begin(), left.end(), [&](const Statement& other) {
    return other.rule == statement.rule && other.text == statement.text && other.report == statement.report &&
           other.confidence >= statement.confidence;
  });
}

void check_each_statement(const std::string& log) {
  const Lines lines = lines_of(log);
  for (const Statement& statement : statements_of(document_of(log))) {
    INFO(statement.rule << " " << statement.text);
    REQUIRE(statement.line > 0);
    REQUIRE(statement.line <= lines.size());
    INFO("line " << statement.line << ": " << lines[statement.line - 1]);
    CHECK_FALSE(still_stands(statement, statements_of(document_of(joined(without(lines, statement.line))))));
  }
}

// Takes out every line that proves anything, again and again, until no proof is left.
Document bereft(std::string log) {
  for (;;) {
    Document document = document_of(log);
    std::set<std::size_t> proofs;
    for (const Statement& statement : statements_of(document)) proofs.insert(statement.line);
    if (proofs.empty()) return document;
    Lines lines = lines_of(log);
    for (auto proof = proofs.rbegin(); proof != proofs.rend(); ++proof) {
      lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(*proof) - 1);
    }
    log = joined(lines);
  }
}

// A cause and a scope are claims; each needs its proof.
void check_that_nothing_is_claimed_without_proof(const std::string& log) {
  for (const Incident& incident : bereft(log).incidents) {
    INFO("a report of " << incident.events.size() << " from line " << incident.events.front().event.origin.line);
    CHECK(incident.cause.confidence == Confidence::None);
    CHECK(incident.scope == Scope::Unknown);
    CHECK_FALSE(incident.victim_is_cause);
  }
}

bool is_kill_line(const std::string& line) {
  return line.find("illed process") != std::string::npos || line.find("ill process") != std::string::npos;
}

// "The kernel killed …" needs a line of the kernel that says so.
void check_that_nobody_is_said_to_be_killed(const std::string& log) {
  Lines lines = lines_of(log);
  lines.erase(std::remove_if(lines.begin(), lines.end(), is_kill_line), lines.end());
  const Document document = document_of(joined(lines));
  for (const Incident& incident : document.incidents) {
    for (const std::string& sentence : incident.summary) {
      INFO(sentence);
      CHECK(sentence.find("The kernel killed") == std::string::npos);
    }
    for (const TimelineEntry& entry : incident.timeline)
      CHECK(!(entry.source == "kernel" && entry.text.ends_with(" killed")));
  }
}

void check_honesty(const std::string& log) {
  check_each_statement(log);
  check_that_nothing_is_claimed_without_proof(log);
  check_that_nobody_is_said_to_be_killed(log);
}

TEST_CASE("a statement is gone or weaker without the line that proves it", "[honesty]") {
  for (const CaseFolder& folder : all_cases()) {
    const auto input = golden_input(folder);
    INFO(input);
    check_honesty(file_bytes(input));
  }
}

TEST_CASE("so it is in the logs of real kernels", "[honesty][captures]") {
  for (const auto& folder : captures({"6.1/01", "6.1/03", "6.1/07", "6.1/09d", "6.1/11", "5.10/08a"})) {
    const UnpackedCapture capture(folder);
    if (!capture.has("dmesg.txt")) continue;
    INFO(capture.name());
    check_honesty(file_bytes(capture.path("dmesg.txt")));
  }
}

TEST_CASE("who names a cause shows what it rests on", "[honesty]") {
  for (const CaseFolder& folder : all_cases()) {
    INFO(folder.name);
    for (const Incident& incident : document_of(file_bytes(golden_input(folder))).incidents) {
      const auto& evidence = incident.cause.evidence;
      if (incident.cause.confidence == Confidence::None) continue;
      CHECK((std::any_of(evidence.begin(), evidence.end(),
                         [](const Evidence& e) { return e.rule.front() == 'C' || e.rule == "S6" || e.rule == "U1"; })));
    }
  }
}

}  // namespace
}  // namespace oomwhy
