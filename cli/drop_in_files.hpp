// Drop-ins written below a folder, for review: nothing is overwritten unasked, nothing is written outside the folder
// whatever a unit calls itself.
#pragma once

#include <string>
#include <vector>

#include "parser/diagnostic.hpp"
#include "report/advice.hpp"

namespace oomwhy {

enum class Overwrite { No, Yes };

struct Written {
  std::vector<std::string> paths;
  std::vector<Error> errors;
};

Written write_drop_ins(const std::vector<DropIn>& drop_ins, const std::string& folder, Overwrite overwrite);

}  // namespace oomwhy
