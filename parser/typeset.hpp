// What editors, browsers and Markdown did to the characters of a log line on its way into a ticket: blanks that do not
// break, backslashes before marks, escape characters spelled out. Undone only where no process's name can have had it.
#pragma once

#include <string>
#include <string_view>

namespace oomwhy {

class Typesetting {
 public:
  // Returns its argument when there is nothing to undo, else a view into this object, valid until the next call.
  std::string_view undo(std::string_view line);
  // No line's proof holds any more.
  bool quiet() const { return hard_spaces_ == 0 && entities_ == 0 && backslashes_ == 0; }

 private:
  // Lines for which one line's proof holds.
  static constexpr int kStretch = 500;

  // Whether the line has the mark, and that it was not in a name: by itself or by the lines before.
  static bool holds(bool present, bool proven, int& stretch);

  int hard_spaces_ = 0, entities_ = 0, backslashes_ = 0;  // lines that the last proof is good for
  std::string scratch_;
};

}  // namespace oomwhy
