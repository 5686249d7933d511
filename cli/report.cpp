// report: the story for a ticket. The same log gives the same text.
#include "cli/command.hpp"

namespace oomwhy {

CommandOutput run_report(const View& view) { return {.text = render_selected(view)}; }

}  // namespace oomwhy
