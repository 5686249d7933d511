// explain: the story of the latest incident.
#include "cli/command.hpp"

namespace oomwhy {

CommandOutput run_explain(const View& view) { return {.text = render_selected(view)}; }

}  // namespace oomwhy
