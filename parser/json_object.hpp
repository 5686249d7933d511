// One JSON object of a log as flat pairs of name and value. The library that reads it wants UTF-8; a log may hold any
// byte inside its strings, and every byte comes out as it went in.
#pragma once

#include <string>
#include <string_view>

#include "parser/journal_fields.hpp"

namespace oomwhy {

// Replaces what was in `fields` and `null_name`. Names are those of the innermost members; numbers are kept as they are
// written; an array of numbers is a string of bytes (journalctl's way to write what is not UTF-8); several strings
// under one name are several fields; null is remembered by name in `null_name`. False: the object is damaged or cut;
// what came before that is in `fields`.
bool read_json_object(std::string_view text, JournalFields& fields, std::string& null_name);

}  // namespace oomwhy
