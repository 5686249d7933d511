#include "parser/trial_reading.hpp"

#include "parser/outlet.hpp"
#include "parser/stamp_resolver.hpp"
#include "parser/text_lines.hpp"

namespace oomwhy {

TrialReading read_last(const std::vector<std::string_view>& lines) {
  TrialReading reading;
  StampResolver stamps{ReadContext{}};
  Outlet outlet({}, [&](const LogLine& line) {
    if (!line.starts_record) {
      reading.text.append("\n").append(line.text);
      return;
    }
    reading = {std::string(line.text), !line.stamp.as_printed.empty(), !line.identifier.empty(), reading.records + 1};
  });
  TextLines reader(stamps, outlet);
  for (const auto line : lines) {
    reading = {};
    reader.feed(line, 1);
    reader.finish();
  }
  return reading;
}

}  // namespace oomwhy
