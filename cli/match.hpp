// MATCH: which incidents a word means. An incident answers to its victims and to its cause, not to the task that only
// happened to ask for memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"
#include "report/analysis.hpp"

namespace oomwhy {

// "comm=php", "7c3e91b2", "812", "mariadb.service".
Result<Match> parse_match(std::string_view word);

std::optional<Scope> parse_scope(std::string_view name);

// The incidents that a match means, as indices. A bare word is first a name (PID, process, unit) and only then the
// beginning of an id; Error: the beginning of more than one incident's.
Result<std::vector<std::size_t>> find_matches(const std::vector<Incident>& incidents, const Match& match);

// What may be ids, or their beginnings, among the matches: as find_matches() compares them.
std::vector<std::string> ids_in(const Selection& selection);

// -u: a unit name or shell pattern, ".service" understood as in journalctl.
bool concerns_unit(const Incident& incident, const std::string& pattern);

}  // namespace oomwhy
