// What the fields of a document tell of the words in its free text: hosts, users, and names that stay.
#pragma once

#include <string>

#include "report/analysis.hpp"
#include "report/redact_words.hpp"

namespace oomwhy {

KnownWords learn(const Document& document);
void learn_host(KnownWords& known, const std::string& host);

}  // namespace oomwhy
