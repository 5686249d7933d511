// One run: options, reading, judgement, the command, its output, the exit status.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oomwhy {

// The contract's; where several hold, the first of Usage, Unreadable, Nothing, Found.
enum class ExitStatus { Found = 0, Nothing = 1, Usage = 2, Unreadable = 3 };

ExitStatus run_program(const std::vector<std::string>& argv, std::int64_t now_us);

}  // namespace oomwhy
