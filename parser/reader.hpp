// The chain source -> normalize -> grammar -> assembler for one input, and what there is to say about that input.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "parser/assembler.hpp"
#include "parser/diagnostic.hpp"
#include "parser/event.hpp"
#include "parser/normalize.hpp"
#include "parser/source_text.hpp"
#include "parser/userland.hpp"

namespace oomwhy {

struct InputSummary {
  std::string source;                   // as the person named it; "standard input" for "-"
  std::string kind;                     // the contract's: "dmesg", "kmsg", "syslog", "journal_export", …
  std::optional<Time> first, last;      // of the lines that have a stamp
  std::uint64_t first_byte = 0;         // of the file; what stands before it was not read, and lines count from there
  std::uint64_t bytes = 0;              // that were read
  std::uint64_t lines = 0;              // likewise
  std::uint32_t boots = 1;              // boots seen in the source: the last one's OomEvent::boot_index is boots - 1
  std::vector<Diagnostic> diagnostics;  // bounded; `diagnostics_omitted` counts the rest
  std::uint64_t diagnostics_omitted = 0;
  std::vector<BlindSpot> blind_spots;
  std::optional<Error> error;  // could not be opened, or reading failed half way (what was read is kept)
};

// Both give the same; the tests compare them.
enum class Pace {
  LookAhead,  // search first, parse what may matter
  EveryLine,
};

struct ReadOptions {
  ReadContext context;
  std::function<void(std::uint64_t bytes, std::uint64_t size)> progress;  // size 0: unknown; may be empty
  UserlandSink userland;                                                  // what other programs said; may be empty
  Pace pace = Pace::LookAhead;
};

// A file, or standard input for "-"; compressed ones and archives are told by content. One summary, or one for each
// member of an archive and, where something in it could not be read, one for the archive itself.
std::vector<InputSummary> read_file(const std::string& path, const ReadOptions& options, const EventSink& events);
// The end of a file of plain lines: `first_byte` is where one of them begins. It is called "kern.log@1234", that nobody
// takes line 5 of it for line 5 of the file.
InputSummary read_file_from(const std::string& path, std::uint64_t first_byte, const ReadOptions& options,
                            const EventSink& events);
InputSummary read_source(TextSource source, const ReadOptions& options, const EventSink& events);

}  // namespace oomwhy
