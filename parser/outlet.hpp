// The last step of normalize: a record with newlines in it becomes as many lines, what the person said about the host
// is added, and the forms are counted.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "parser/log_line.hpp"
#include "parser/normalize.hpp"

namespace oomwhy {

class Outlet {
 public:
  Outlet(std::string host, LogLineSink lines) : host_(std::move(host)), lines_(std::move(lines)) {}

  // One line, with its text set.
  void hand_on(LogLine& line);
  // A text with newlines in it.
  void hand_on_record(LogLine line, std::string_view text);

  // Lines of a form that were not looked at more closely.
  void count(EnvelopeForm form, std::uint64_t lines) { lines_of_form_[static_cast<std::size_t>(form)] += lines; }
  bool keeps_forms() const { return !form_; }

  // Lines from here on are said to have this form whatever their text looks like; nullopt: their own again.
  void set_form(std::optional<EnvelopeForm> form) { form_ = form; }
  // journalctl's short forms look like syslog's; something in the text has shown that they are journalctl's.
  void note_journal() { journal_ = true; }
  // The form that most lines had; Bare only where nothing else was seen.
  EnvelopeForm main_form() const;

 private:
  static constexpr std::size_t kForms = static_cast<std::size_t>(EnvelopeForm::Pstore) + 1;

  std::string host_;
  LogLineSink lines_;
  std::optional<EnvelopeForm> form_;
  bool journal_ = false;
  std::array<std::uint64_t, kForms> lines_of_form_{};
};

}  // namespace oomwhy
