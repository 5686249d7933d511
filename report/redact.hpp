// A document without what must not leave the host: command lines, or everything that tells whose log it was. Done to
// the document, before any renderer sees it.
#pragma once

#include <string>
#include <vector>

#include "report/analysis.hpp"
#include "report/scan_summary.hpp"

namespace oomwhy {

// All: also hosts, users, paths, container, machine and boot ids, addresses and secrets.
enum class Redaction { None, CommandLines, All };

struct RedactionChoice {
  Redaction what = Redaction::None;
  std::string key = {};                    // with one, placeholders are the same on every host; empty: numbered
  std::vector<std::string> patterns = {};  // RE2: what a site does not share beside all that (with All)
};

struct Redacted {
  Document document;
  std::vector<std::string> command;  // the words of the command that reproduces it
};

Redacted redact(Document document, std::vector<std::string> command, const RedactionChoice& choice);

// The same of a scan's summary and of the document beside it (inputs, coverage, other kills).
struct RedactedScan {
  ScanSummary summary;
  Document document;
};
RedactedScan redact(RedactedScan scan, const RedactionChoice& choice);

}  // namespace oomwhy
