// What a person asked for, checked: plain data that every other file of this layer works from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.hpp"
#include "report/redact.hpp"
#include "report/site.hpp"
#include "report/what_if.hpp"

namespace oomwhy {

enum class Command { Explain, List, Report, Advise, Scan, Doctor };
inline constexpr std::array kCommands = {Command::Explain, Command::List, Command::Report,
                                         Command::Advise,  Command::Scan, Command::Doctor};
std::string_view command_name(Command command);  // as it is typed
enum class Format { Text, Full, Markdown, Json, JsonLines };
enum class ColorMode { Auto, Always, Never };
enum class PagerMode { Auto, Never };

// FIELD of FIELD=VALUE; Any is a bare word: an id, a PID, a process name or a unit.
enum class MatchField { Any, Unit, Comm, Pid, Uid, Scope, Killer, Host, Boot, Cause };

struct Match {
  MatchField field = MatchField::Any;
  std::string value;
  bool operator==(const Match&) const = default;
};

// -b: which boot. Neither id nor offset: the last one of each source.
struct BootChoice {
  bool all = false;
  std::string id;  // 32 lower-case hex digits; empty: counted from the last boot (offset <= 0) or the first
  std::int64_t offset =
      0;  // journalctl's: 0 the last, -1 the one before; 1 the first, 2 the second; of an id: distance
  bool operator==(const BootChoice&) const = default;
};

struct Selection {
  std::vector<Match> matches;
  std::vector<std::string> units;  // -u, shell patterns
  std::vector<Scope> scopes;
  std::vector<std::string> killers;
  std::optional<BootChoice> boot;
  std::optional<std::int64_t> since_us, until_us;
  std::optional<std::size_t> limit;  // the last N; absent: every one
  bool newest_first = false;
};

// Journals, spelt as in journalctl.
struct JournalChoice {
  std::vector<std::string> files;  // --file, shell patterns
  std::optional<std::string> directory, root, machine, name_space;
  bool merge = false;
  bool named() const { return !files.empty() || directory || root || machine || name_space || merge; }
};

// What a log may lack and the person adds; the zone is still a name here.
struct LogContext {
  std::string timezone;
  std::optional<int> year;
  std::string host;
};

struct OutputChoice {
  Format format = Format::Text;
  ColorMode color = ColorMode::Auto;
  PagerMode pager = PagerMode::Auto;
  bool utc = false;
  bool quiet = false;
  bool show_evidence = false;
  Redaction redaction = Redaction::None;
  std::string redaction_key_file;               // empty: placeholders are numbered
  std::vector<std::string> redaction_patterns;  // the conf's
  std::string example_of;                       // not empty: the bundled example is shown
};

struct AdviceChoice {
  std::vector<std::string> assumptions_as_typed;
  std::vector<Assumption> assumptions;
  std::string out_directory;  // empty: standard output
  bool overwrite = false;
  std::string supervisor;  // --for=KIND; empty: systemd
};

enum class FailOn { None, Incident, Loop };

struct ScanChoice {
  std::string cursor_file, textfile;  // empty: none
  std::optional<FailOn> fail_on;      // absent: None, or the conf's
  std::optional<std::size_t> jobs;    // absent: as many as the machine bears
};

struct Request {
  Command command = Command::Explain;
  std::vector<std::string> inputs;  // as typed; "-" is standard input; empty: the default input
  bool kernel_ring = false;         // --kmsg
  bool follow = false;              // wait for incidents; only with --kmsg or a journal
  JournalChoice journal;
  Selection selection;
  LogContext context;
  OutputChoice output;
  AdviceChoice advice;
  ScanChoice scan;
  std::string conf_file;               // --conf; empty: /etc/oomwhy.conf and what stands beside it
  Site site;                           // the conf's
  std::vector<std::string> arguments;  // as typed, for the line that reproduces a report
};

}  // namespace oomwhy
