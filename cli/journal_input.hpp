// Which journal and which part of it a request means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/request.hpp"
#include "parser/reader.hpp"
#include "parser/source_journal.hpp"

namespace oomwhy {

// Reads the journal that `choice` names (the local one where it names none), narrowed by -S, -U and -b.
InputSummary read_journal_input(const JournalChoice& choice, const Selection& selection, const EventSink& events,
                                const UserlandSink& userland);

// The same choice in the words of the layer below, patterns expanded.
JournalLocation locate_journal(const JournalChoice& choice);

// What the journal that `choice` names holds, and the time of the entry of a cursor (parser/source_journal.hpp).
Result<JournalExtent> measure_journal_input(const JournalChoice& choice);
std::optional<std::int64_t> find_journal_cursor(const JournalChoice& choice, const std::string& cursor);
// Every journal file below the folder.
std::vector<std::string> journal_files_below(const std::string& folder);

// True where this host keeps a journal.
bool has_local_journal();

}  // namespace oomwhy
