// explain: the story of the latest incident.
#include <utility>

#include "cli/command.hpp"

namespace oomwhy {

CommandOutput run_explain(View view) { return {.text = render_selected(std::move(view))}; }

}  // namespace oomwhy
