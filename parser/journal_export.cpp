#include "parser/journal_export.hpp"

#include <algorithm>
#include <utility>

#include "parser/source_text.hpp"
#include "parser/take.hpp"

namespace oomwhy {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{64} * 1024;
// journald takes no field beyond this (DATA_SIZE_MAX): a greater length is damage, not data.
constexpr std::uint64_t kLongestField = std::uint64_t{768} * 1024 * 1024;

bool is_field_name(std::string_view name) {
  if (name.empty() || name.size() > 64) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; });
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return number;
}

}  // namespace

JournalExport::JournalExport(EntrySink entries, DiagnosticSink diagnostics)
    : entries_(std::move(entries)), diagnostics_(std::move(diagnostics)) {}

bool JournalExport::begins(std::string_view line) {
  return line.starts_with("__CURSOR=") || line.starts_with("__REALTIME_TIMESTAMP=");
}

void JournalExport::report(DiagnosticKind kind, std::string text) {
  if (diagnostics_) diagnostics_(Diagnostic{Origin{{}, entry_line_, {}}, kind, std::move(text)});
}

void JournalExport::end_entry() {
  if (open_ && !fields_.empty()) entries_(fields_, entry_line_);
  fields_.clear();
  open_ = false;
}

bool JournalExport::feed(std::string_view line, std::uint64_t number) {
  // An entry that follows without a blank line was cut or copied by hand.
  if (line.starts_with("__CURSOR=")) end_entry();
  if (!open_ && !begins(line)) return false;
  if (line.empty()) {
    end_entry();
    return true;
  }
  if (!open_) entry_line_ = number;
  open_ = true;
  const auto equals = line.find('=');
  const auto name = line.substr(0, equals);
  if (!is_field_name(name)) {
    report(DiagnosticKind::DamagedLine, "journal export: neither a field nor the end of an entry; entry ended here");
    end_entry();
    return false;
  }
  if (equals == std::string_view::npos) {
    name_.assign(name);
    want_ = Want::Length;
  } else if (fields_.size() + line.size() <= kLongestLine) {
    fields_.add(name, line.substr(equals + 1));
  }
  return true;
}

std::uint64_t JournalExport::binary_bytes_wanted() const {
  switch (want_) {
    case Want::Line:
      return 0;
    case Want::Length:
      return 8;
    case Want::Value:
      return std::min(bytes_left_, kPiece);
    case Want::Newline:
      return 1;
  }
  return 0;
}

void JournalExport::begin_value(std::uint64_t length) {
  if (length > kLongestField) {
    report(DiagnosticKind::DamagedLine, "journal export: impossible length of field " + name_ + "; field skipped");
    want_ = Want::Line;
    return;
  }
  bytes_left_ = length;
  value_cut_ = false;
  fields_.add(name_, {});
  want_ = length == 0 ? Want::Newline : Want::Value;
}

void JournalExport::feed_binary(std::string_view bytes) {
  switch (want_) {
    case Want::Line:
      return;
    case Want::Length:
      begin_value(little_endian(bytes));
      return;
    case Want::Value:
      if (fields_.size() + bytes.size() <= kLongestLine) {
        fields_.extend(bytes);
      } else if (!std::exchange(value_cut_, true)) {
        report(DiagnosticKind::TooLong, "journal export: field " + name_ + " is too long; cut");
      }
      bytes_left_ -= std::min<std::uint64_t>(bytes_left_, bytes.size());
      if (bytes_left_ == 0) want_ = Want::Newline;
      return;
    case Want::Newline:
      want_ = Want::Line;
      return;
  }
}

void JournalExport::finish() {
  if (want_ != Want::Line) {
    report(DiagnosticKind::Truncated, "journal export: the input ends inside of field " + name_);
    want_ = Want::Line;
  }
  end_entry();
}

}  // namespace oomwhy
