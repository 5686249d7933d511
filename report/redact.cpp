#include "report/redact.hpp"

#include <utility>

#include "report/redact_cmdline.hpp"
#include "report/redact_command.hpp"
#include "report/redact_fields.hpp"
#include "report/redact_known.hpp"
#include "report/redact_words.hpp"

namespace oomwhy {
namespace {

WordRedactor redactor(KnownWords known, const RedactionChoice& choice) {
  return {std::move(known), choice.patterns, Placeholders(choice.key)};
}

// Incidents, and with All everything else of the document.
void redact_document(Document& document, Redaction what, WordRedactor& words) {
  for (Incident& incident : document.incidents) hide_command_lines(incident, words);
  if (what == Redaction::All) redact_fields(document, words);
}

}  // namespace

Redacted redact(Document document, std::vector<std::string> command, const RedactionChoice& choice) {
  Redacted redacted{std::move(document), std::move(command)};
  if (choice.what == Redaction::None) return redacted;
  WordRedactor words = redactor(learn(redacted.document), choice);
  redact_document(redacted.document, choice.what, words);
  if (choice.what == Redaction::All) redact_command(redacted.command, words);
  return redacted;
}

RedactedScan redact(RedactedScan scan, const RedactionChoice& choice) {
  if (choice.what == Redaction::None) return scan;
  for (ScanIncident& one : scan.summary.incidents) scan.document.incidents.push_back(std::move(one.incident));
  KnownWords known = learn(scan.document);
  for (const ScanSource& source : scan.summary.sources) learn_host(known, source.host);
  for (const ScanIncident& one : scan.summary.incidents) learn_host(known, one.host);
  WordRedactor words = redactor(std::move(known), choice);
  redact_document(scan.document, choice.what, words);
  if (choice.what == Redaction::All) redact_fields(scan.summary, words);
  for (std::size_t i = 0; i < scan.summary.incidents.size(); ++i) {
    scan.summary.incidents[i].incident = std::move(scan.document.incidents[i]);
  }
  scan.document.incidents.clear();
  return scan;
}

}  // namespace oomwhy
