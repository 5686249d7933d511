#include "report/redact_cmdline.hpp"

#include <string>
#include <string_view>
#include <variant>

#include "report/replace_all.hpp"

namespace oomwhy {
namespace {

// earlyoom's and nohang's 'cmdline "java -jar x"': everything behind the word.
void hide_quoted_command(std::string& text, WordRedactor& words) {
  for (const char* mark : {"cmdline ", "cmdline: ", "Cmdline: ", "cmdline=", "command line: "}) {
    const auto at = text.find(mark);
    if (at == std::string::npos) continue;
    const auto start = at + std::string_view(mark).size();
    const std::string command = text.substr(start);
    if (!command.empty()) text.replace(start, std::string::npos, words.value("cmdline", command));
    return;
  }
}

}  // namespace

void hide_command_lines(Incident& incident, WordRedactor& words) {
  for (AnalysedEvent& event : incident.events) {
    for (Task& task : event.event.tasks) {
      if (task.cmdline) task.cmdline = words.value("cmdline", *task.cmdline);
    }
  }
  for (UserlandEvent& event : incident.userland) {
    const std::string line = event.text;
    if (auto* running = std::get_if<RunningQuery>(&event.fact)) {
      running->query = words.value("query", running->query);
      event.text = words.value("query", line);
    }
    hide_quoted_command(event.text, words);
    if (event.text == line) continue;
    for (TimelineEntry& entry : incident.timeline) replace_all(entry.text, line, event.text);
  }
}

}  // namespace oomwhy
