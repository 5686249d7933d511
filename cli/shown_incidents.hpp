// Which incidents a person has seen already, and how far they had gone by then.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "report/analysis.hpp"

namespace oomwhy {

class ShownIncidents {
 public:
  // Those of `selected` that were not shown before or have killed more since; they count as shown from now on.
  std::vector<std::size_t> take_new(const Document& document, const std::vector<std::size_t>& selected);

 private:
  std::map<std::string, std::size_t> kills_;  // by the incident's id; only of incidents of the last document
};

}  // namespace oomwhy
