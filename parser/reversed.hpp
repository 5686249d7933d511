// Logs with the newest line first: journalctl -r, exports of log stores, tac.
#pragma once

#include <string>
#include <vector>

namespace oomwhy {

// Whether these neighbouring lines, the first of which tells of a kill, are the end of a report read backwards: rows of
// its table, the last process first, before anything that can stand at the head of a report.
bool is_reversed(const std::vector<std::string>& lines);

}  // namespace oomwhy
