// One nightly scan in values: what is new, what is known, what repeats, what could not be seen; and as one screen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/analysis.hpp"
#include "report/renderer.hpp"

namespace oomwhy {

// What makes two incidents the same trouble: scope, cause, victim's unit and limit; never a PID or a time.
std::string signature_of(const Incident& incident);
bool is_kernel_kill(const Incident& incident);

// An incident as the scan sees it.
struct ScanIncident {
  Incident incident;
  std::string host;
  bool open = false;                           // its last kill is so young that more may follow: told again next time
  std::optional<std::int64_t> known_since_us;  // its signature was seen by an earlier run, first at that time
};

// A log or journal that was read: of one host, or of several.
struct ScanSource {
  std::string name, host;
  std::optional<std::int64_t> silent_since_us;   // a journal that ends long before the scan
  std::optional<std::int64_t> no_line_since_us;  // a text log without a new line since the last run
  bool failed = false;                           // could not be read, or only in part
  bool empty = false;                            // nothing was ever in it
};

struct ScanSummary {
  std::optional<std::int64_t> from_us, to_us;
  std::vector<ScanIncident> incidents;  // oldest first
  std::vector<ScanSource> sources;
  std::vector<OtherKill> other_kills;
  std::vector<std::pair<std::string, BlindSpot>> blind_spots;  // by host
  std::vector<std::string> notes;                              // "kern.log: shrank …"
};

// Hosts that something is to be said of, and all of them.
struct ScanCounts {
  std::size_t hosts = 0, quiet_hosts = 0, silent_hosts = 0, unreadable_hosts = 0, covered_hosts = 0;
  std::size_t incidents = 0, groups = 0, new_incidents = 0, known_incidents = 0, open_incidents = 0, loops = 0;
  std::size_t userspace_kills = 0, other_kills = 0;
};
ScanCounts count(const ScanSummary& summary);

// A line for each group of incidents that are the same trouble on one host; one line in all where there is nothing.
// `status`: the exit status, which the last line explains.
std::string render_scan(const ScanSummary& summary, const TextStyle& style, int status);
bool is_uneventful(const ScanSummary& summary);

// The contract's typed lines; `open`, `known` and `host` of each incident, the counts in "end".
void write_scan_lines(const ScanSummary& summary, const Document& document, const TextSink& out);

}  // namespace oomwhy
