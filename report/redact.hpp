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

struct Redacted {
  Document document;
  std::vector<std::string> command;  // the words of the command that reproduces it
};

// `key`: with one, placeholders are the same on every host; empty: they are numbered within the document.
Redacted redact(Document document, std::vector<std::string> command, Redaction what, const std::string& key);

// The same of a scan's summary and of the document beside it (inputs, coverage, other kills).
struct RedactedScan {
  ScanSummary summary;
  Document document;
};
RedactedScan redact(RedactedScan scan, Redaction what, const std::string& key);

}  // namespace oomwhy
