// A rotated log read on from where it was left, as one stream: a report that rotation cut in two is one again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/log_position.hpp"
#include "cli/log_set.hpp"
#include "parser/reader.hpp"
#include "report/gathering.hpp"

namespace oomwhy {

struct LogReading {
  InputSummary summary;                    // of the set
  std::optional<LogPosition> end;          // behind the last whole line; absent: nothing was ever in the set
  std::optional<std::int64_t> written_us;  // when the newest member was last written
};

enum class LastLine { OnlyWhole, Any };

// `last_line`: OnlyWhole leaves a line without its end to the next run. Lines of events count in the member where the
// event begins, on behind that member's end where it goes on in the next one. What is found goes into `gathering`.
LogReading read_log_set(const LogSet& set, const LogStart& start, const ReadContext& context, LastLine last_line,
                        Gathering& gathering);

// When the newest member was last written to.
std::optional<std::int64_t> last_written(const LogSet& set);

// The place of a line (counted in `file`, from 1) of one of the members; absent: the file is none of them, or is too
// short by now.
std::optional<LogPosition> locate_line(const LogSet& set, const std::string& file, std::uint64_t line);

}  // namespace oomwhy
