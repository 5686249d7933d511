// Every field of a document that can tell whose log it was, each read by what it holds.
#pragma once

#include <string>

#include "report/analysis.hpp"
#include "report/redact_words.hpp"
#include "report/scan_summary.hpp"

namespace oomwhy {

void redact_fields(Document& document, WordRedactor& words);
// What a summary has beside its incidents, which are redacted as a document's.
void redact_fields(ScanSummary& summary, WordRedactor& words);

// "path-1" for a file; what every host calls its own log stays.
std::string redact_source(const std::string& name, WordRedactor& words);

}  // namespace oomwhy
