#pragma once

#include <string>
#include <string_view>

namespace oomwhy {

// `from` may not be empty; what stands in `to` is not searched again.
inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace oomwhy
