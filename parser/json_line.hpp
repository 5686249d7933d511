// What an object of a JSON log is: a journal entry, a record of dmesg --json, a line of a container's or a collector's
// log.
#pragma once

#include <string_view>

#include "parser/envelope.hpp"
#include "parser/journal_fields.hpp"

namespace oomwhy {

enum class JsonLineKind {
  Journal,    // journalctl -o json, also inside of a collector's wrapping
  Dmesg,      // dmesg --json
  Container,  // docker's json-file: the text can have an envelope of its own
  Collector,  // somebody's {"message": "…", "time": "…"}: likewise
  Other,      // no text in it
};

JsonLineKind kind_of(const JournalFields& fields);

// For Dmesg: everything but the text, which is "msg".
Envelope dmesg_envelope(const JournalFields& fields);
// For Container and Collector: the outer stamp and host; `text` is what stands in the object.
Envelope container_envelope(const JournalFields& fields, std::string_view& text);

}  // namespace oomwhy
