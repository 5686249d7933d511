// Reads what the person named, or the default input, into events: one source after the other, a broken one never in
// the way of the next.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/local_log.hpp"
#include "cli/request.hpp"
#include "cli/typed_lines.hpp"
#include "parser/diagnostic.hpp"
#include "parser/reader.hpp"
#include "report/gathering.hpp"

namespace oomwhy {

struct Inputs {
  std::vector<InputSummary> summaries;
  Gathering gathering;                  // of the reports and of what other programs said, in the order read
  std::vector<TypedLines> typed_lines;  // of files that hold no log but what other runs said
  std::vector<Error> errors;            // of named sources that could not be read, or not to their end
  bool local = false;                   // the logs of this machine, because nothing was named or piped in
  bool implied_stdin = false;           // standard input, because something was piped in
};

Inputs read_inputs(const Request& request);

// The same of the end of one file, from the beginning of a line on.
Inputs read_end_of_log(const Request& request, const std::string& path, std::uint64_t first_byte);

// The same of one log that is followed: the journal that the request names (the local one where it names none) from
// `since_us` on, and records of the ring buffer that were read before.
Inputs read_followed_journal(const Request& request, std::int64_t since_us);
Inputs read_ring_records(const Request& request, KernelRing ring);

// How the lines of a log are to be read. ThisMachine: by this machine's clock where no zone is given. Not to be shared
// by threads: it remembers the zone's last offset.
enum class LogOrigin { Anywhere, ThisMachine };
ReadContext read_context(const LogContext& given, LogOrigin origin = LogOrigin::Anywhere);
std::string host_name();                   // of this machine; empty: not known
bool is_journal(const std::string& path);  // by its first bytes

// A folder becomes its files, sorted, hidden ones left out; anything else stays what it is.
Result<std::vector<std::string>> expand_folder(const std::string& path);

}  // namespace oomwhy
