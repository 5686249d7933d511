// Words as a shell reads them back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oomwhy {

// "kern.log" stays; "my log" and "a'b" come in quotes; control characters as $'\n'.
std::string shell_quote(std::string_view word);
std::string shell_command(const std::vector<std::string>& words);

}  // namespace oomwhy
