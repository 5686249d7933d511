// Lines of a file end in LF or in CR LF (consoles: CR CR LF). A CR at the end of one line among lines without is that
// line's own: a process may be called "x\r".
#pragma once

#include <string_view>

namespace oomwhy {

class LineEnds {
 public:
  std::string_view without_carriage_returns(std::string_view line) {
    auto bare = line;
    while (!bare.empty() && bare.back() == '\r') bare.remove_suffix(1);
    if (line.empty()) return line;
    const bool returns = bare.size() != line.size();
    if (returns && balance_ < kSure) ++balance_;
    if (!returns && balance_ > -kSure) --balance_;
    return balance_ >= 0 ? bare : line;
  }

  // Further lines without carriage returns change nothing.
  bool settled() const { return balance_ == -kSure; }

 private:
  static constexpr int kSure = 4;
  int balance_ = 0;
};

}  // namespace oomwhy
