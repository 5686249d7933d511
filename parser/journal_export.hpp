// The journal export format (systemd.io/JOURNAL_EXPORT_FORMATS): "NAME=value" lines, fields with any bytes as a name, a
// length and that many bytes, a blank line behind each entry.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "parser/diagnostic.hpp"
#include "parser/journal_fields.hpp"

namespace oomwhy {

class JournalExport {
 public:
  using EntrySink = std::function<void(JournalFields& fields, std::uint64_t line)>;
  using DiagnosticSink = std::function<void(Diagnostic)>;

  JournalExport(EntrySink entries, DiagnosticSink diagnostics);

  // Every entry begins with its address fields.
  static bool begins(std::string_view line);

  // False: the line belongs to no entry; what was open has been handed on.
  bool feed(std::string_view line, std::uint64_t number);
  std::uint64_t binary_bytes_wanted() const;
  void feed_binary(std::string_view bytes);
  void finish();
  bool open() const { return open_; }

 private:
  enum class Want { Line, Length, Value, Newline };
  void end_entry();
  void begin_value(std::uint64_t length);
  void report(DiagnosticKind kind, std::string text);

  EntrySink entries_;
  DiagnosticSink diagnostics_;
  JournalFields fields_;
  bool open_ = false;
  std::uint64_t entry_line_ = 0;
  Want want_ = Want::Line;
  std::string name_;
  std::uint64_t bytes_left_ = 0;
  bool value_cut_ = false;
};

}  // namespace oomwhy
