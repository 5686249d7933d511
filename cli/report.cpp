// report: the story for a ticket. The same log gives the same text.
#include <utility>

#include "cli/command.hpp"

namespace oomwhy {

CommandOutput run_report(View view) { return {.text = render_selected(std::move(view))}; }

}  // namespace oomwhy
