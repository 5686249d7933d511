// Which files are one log: kern.log, kern.log.1 and kern.log.2.gz are, oldest first.
#pragma once

#include <string>
#include <vector>

namespace oomwhy {

struct LogSet {
  std::string name;                  // the path without what rotation adds: where the log is written
  std::vector<std::string> members;  // oldest first; the last one is the log itself, unless it is not there
};

// By what log rotation appends: ".N", "-YYYYMMDD" (or ".YYYYMMDD", digits behind it too), then a compressor's ending.
// Sorted by name.
std::vector<LogSet> find_log_sets(const std::vector<std::string>& files);

}  // namespace oomwhy
