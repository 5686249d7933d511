// The fields of one journal entry as journalctl writes them in any of its structured forms, and what they say about the
// line: systemd.journal-fields(7).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/log_line.hpp"

namespace oomwhy {

class JournalFields {
 public:
  void clear();
  bool empty() const { return spans_.empty(); }

  // Copies. Names may repeat; the first one counts.
  void add(std::string_view name, std::string_view value);
  // More of the value that was added last.
  void extend(std::string_view more);
  // Bytes held: the caller stops adding when an entry grows beyond all reason.
  std::size_t size() const { return bytes_.size(); }

  std::string_view get(std::string_view name) const;  // empty: there is none
  bool has(std::string_view name) const;

  // Everything but text, form and origin. Views last until the next change of the fields.
  LogLine line();

 private:
  struct Span {
    std::size_t name, name_size, value, value_size;
  };
  std::string_view name(const Span& span) const { return std::string_view(bytes_).substr(span.name, span.name_size); }
  std::string_view value(const Span& span) const {
    return std::string_view(bytes_).substr(span.value, span.value_size);
  }

  std::string bytes_;
  std::vector<Span> spans_;
  std::vector<Field> fields_;
};

}  // namespace oomwhy
