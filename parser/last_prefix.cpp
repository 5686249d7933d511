#include "parser/last_prefix.hpp"

#include "parser/take.hpp"

namespace oomwhy {

void LastPrefix::remember(const Stamp& stamp, std::string_view decoration, std::string_view prefix) {
  prefix_.assign(prefix);
  decoration_.assign(decoration);
  stamp_ = stamp;
  known_ = true;
}

bool LastPrefix::take_indentation(std::string_view& rest) const {
  if (!known_ || prefix_.empty() || rest.size() < prefix_.size() || rest.front() != ' ') return false;
  if (rest.substr(0, prefix_.size()).find_first_not_of(' ') != std::string_view::npos) return false;
  rest.remove_prefix(prefix_.size());
  return true;
}

bool LastPrefix::take_decoration(std::string_view& rest) const {
  return known_ && !decoration_.empty() && take(rest, std::string_view(decoration_));
}

}  // namespace oomwhy
