// write(2) until all of it is written.
#pragma once

#include <string_view>

namespace oomwhy {

// errno of the failure, else 0. An interrupted call goes on.
int write_all(int descriptor, std::string_view text);

}  // namespace oomwhy
