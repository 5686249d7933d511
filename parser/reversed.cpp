#include "parser/reversed.hpp"

#include <cstddef>
#include <optional>

#include "parser/grammar.hpp"
#include "parser/trial_reading.hpp"

namespace oomwhy {

bool is_reversed(const std::vector<std::string>& lines) {
  constexpr std::size_t kFewRows = 3;
  std::size_t down = 0;
  std::size_t up = 0;
  std::optional<std::uint32_t> last_pid;
  for (const std::string& line : lines) {
    const TrialReading reading = read_last({line});
    const Fact fact = classify(reading.text);
    if (std::holds_alternative<TaskTableHeader>(fact)) return last_pid.has_value();
    if (std::holds_alternative<Invocation>(fact)) break;
    const auto* row = std::get_if<TaskRow>(&fact);
    if (row == nullptr) continue;
    if (last_pid) ++(row->pid < *last_pid ? down : up);
    last_pid = row->pid;
  }
  return down + 1 >= kFewRows && down > 4 * up;
}

}  // namespace oomwhy
