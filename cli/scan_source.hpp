// One source of a scan: found, read from where the last scan left it, judged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/inputs.hpp"
#include "cli/log_set.hpp"
#include "cli/request.hpp"
#include "cli/scan_state.hpp"
#include "report/scan_summary.hpp"

namespace oomwhy {

enum class SourceKind { Log, Journal, StandardInput, Archive };

struct SourceTask {
  SourceKind kind = SourceKind::Log;
  std::string name;  // what the state knows it by
  std::string host;  // by its file's or folder's name; the source may know better
  LogSet log;
  LogOrigin origin = LogOrigin::Anywhere;
  JournalChoice journal;
};

struct SourceList {
  std::vector<SourceTask> tasks;  // sorted by name
  std::vector<Error> errors;      // of inputs that cannot be listed
};
SourceList find_sources(const Request& request);

struct ScanSettings {
  const LogContext& context;
  const Site& site;
  std::int64_t now_us = 0;
  bool keeps_state = false;           // without a state nothing is left for a next run
  std::int64_t last_finished_us = 0;  // 0: there was no run before
  std::uint64_t source_bytes = 0;     // of tables and raw text that the incidents of one source may hold in the end
};

struct SourceResult {
  ScanSource source;
  Document document;
  std::vector<bool> open;  // for each incident of the document
  SourceState next;
  std::vector<std::string> notes;
  std::uint64_t missed_messages = 0;  // lost kernel messages that no run before counted
};

// `before`: null where it is read for the first time.
SourceResult scan_source(const SourceTask& task, const SourceState* before, const ScanSettings& settings);

}  // namespace oomwhy
