// The name by which an event is found again: the same from every spelling of its log.
#pragma once

#include <string>
#include <string_view>

#include "parser/event.hpp"

namespace oomwhy {

// The first 16 hex digits of a SHA-256 over the facts that every spelling carries: constraint, the victims' pid, comm,
// total-vm and rss figures as printed; without a victim the trigger and the table's rows (contract: Ids).
std::string event_id(const OomEvent& event);

// 16 hex digits of the SHA-256 of any facts.
std::string digest_id(std::string_view facts);

}  // namespace oomwhy
