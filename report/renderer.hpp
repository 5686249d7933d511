// A document as text for a person, JSON for a program, Markdown for a ticket. Pure: a document and a style in, text
// out.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "report/analysis.hpp"

namespace oomwhy {

enum class Detail { Brief, Full };

struct TextStyle {
  std::size_t width = 80;
  bool color = false;
  bool utf8 = false;  // bars and ellipses in Unicode
  bool utc = true;
  Detail detail = Detail::Brief;
  bool show_evidence = false;
  std::string example_of;  // not empty: this is the bundled example, no commands to copy
};

std::string render_text(const Document& document, const Incident& incident, const TextStyle& style);
std::string render_list(const Document& document, const TextStyle& style);
// Of runs that were read back: how many, and which hosts and units were hit most.
std::string render_ranking(const Document& document, const TextStyle& style);
// "No OOM kill found": interval, sources, blind spots, who else sent SIGKILL. `subject`: of whom ("api.service");
// empty: of anybody.
std::string render_nothing(const Document& document, const TextStyle& style, const std::string& subject = {});

std::string render_markdown(const Document& document, const std::string& reproduce_command);
// The list as a table.
std::string render_list_markdown(const Document& document);

enum class JsonEvents { Include, LeaveOut };
std::string render_json(const Document& document, JsonEvents events);
std::string render_json_lines(const Document& document);
// The same, handed on piece by piece as it is made: a storm's document need not be held whole.
using TextSink = std::function<void(std::string_view)>;
void write_json(const Document& document, JsonEvents events, const TextSink& out);
void write_json_lines(const Document& document, const TextSink& out);

// A text that is made while it is written: JSON of many incidents is larger than what was read for it.
using Rendering = std::function<void(const TextSink& out)>;
std::string text_of(const Rendering& rendering);

}  // namespace oomwhy
