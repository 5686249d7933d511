// What the program makes of a log, without a process of its own: events, and the JSON that it would print for them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "parser/event.hpp"
#include "parser/source_text.hpp"
#include "report/analysis.hpp"

namespace oomwhy {

std::vector<OomEvent> events_of(TextSource source);
std::vector<OomEvent> events_of_file(const std::string& path);
std::vector<OomEvent> events_of_text(std::string text);

// Everything that is concluded from a log, other programs' words included.
Document document_of(const std::string& text, const std::string& name = "log");

// The kernel's events of `explain --all -o json`, in the order of the document.
std::vector<nlohmann::json> kernel_events(const nlohmann::json& document);

// One event analysed by itself, as the incident that `-o json` prints; never cut for size.
nlohmann::json incident_of(const OomEvent& event);

// The incident without what a spelling may lose or what depends on the place in a file: stamps, host, lines.
nlohmann::json without_spelling(nlohmann::json incident);

}  // namespace oomwhy
