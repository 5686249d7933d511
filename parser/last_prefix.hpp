// The prefix of the line before: dmesg and journalctl put only blanks in its place before the further lines of a
// record.
#pragma once

#include <string>
#include <string_view>

#include "parser/log_line.hpp"

namespace oomwhy {

class LastPrefix {
 public:
  void remember(const Stamp& stamp, std::string_view decoration, std::string_view prefix);
  void forget() { known_ = false; }

  // Takes the blanks off; false: `rest` is no further line of that record.
  bool take_indentation(std::string_view& rest) const;
  // What stood in front of the envelope: the mark of a quotation, an indented block.
  bool take_decoration(std::string_view& rest) const;
  std::string_view prefix() const { return prefix_; }
  // As resolved; its views are the caller's to renew.
  const Stamp& stamp() const { return stamp_; }

 private:
  std::string prefix_;
  std::string decoration_;
  Stamp stamp_;
  bool known_ = false;
};

}  // namespace oomwhy
