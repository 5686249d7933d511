// journalctl -o verbose: a line with the time and the cursor, then the fields, each indented by four blanks, the
// further lines of a value indented by the name as well.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "parser/envelope.hpp"
#include "parser/journal_fields.hpp"

namespace oomwhy {

class JournalVerbose {
 public:
  // `line` is that of the MESSAGE field.
  using EntrySink = std::function<void(JournalFields& fields, const PrintedStamp& stamp, std::uint64_t line)>;

  explicit JournalVerbose(EntrySink entries);

  static bool begins(std::string_view line);

  // False: the line belongs to no entry; what was open has been handed on.
  bool feed(std::string_view line, std::uint64_t number);
  void finish();
  bool open() const { return open_; }

 private:
  bool begin_entry(std::string_view line, std::uint64_t number);
  bool add_field(std::string_view line, std::uint64_t number);
  bool extend_field(std::string_view line);

  EntrySink entries_;
  JournalFields fields_;
  std::string header_;
  PrintedStamp stamp_;
  std::uint64_t line_ = 0;
  std::size_t value_column_ = 0;
  bool open_ = false;
};

}  // namespace oomwhy
