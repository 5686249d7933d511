// Which journal and which part of it a request means.
#pragma once

#include <optional>
#include <string>

#include "cli/request.hpp"
#include "parser/reader.hpp"

namespace oomwhy {

// Reads the journal that `choice` names (the local one where it names none), narrowed by -S, -U and -b.
InputSummary read_journal_input(const JournalChoice& choice, const Selection& selection, const EventSink& events,
                                const UserlandSink& userland);

// True where this host keeps a journal.
bool has_local_journal();

}  // namespace oomwhy
