// Which incidents of a document the person asked for. Pure: a document and a selection in, indices out.
#pragma once

#include <cstddef>
#include <vector>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"
#include "report/analysis.hpp"

namespace oomwhy {

struct Selected {
  std::vector<std::size_t> incidents;  // in document order (oldest first), whatever -r says
  std::size_t without_time = 0;        // left out by -S or -U because nothing says when they were
};

// Words of one field are alternatives, words of different fields must all hold. Error: an ambiguous id.
Result<Selected> select(const Document& document, const Selection& selection);

// The chosen incidents, or one, with everything else of the document.
Document pick(Document document, const std::vector<std::size_t>& incidents);
Document only(const Document& document, std::size_t incident);

}  // namespace oomwhy
