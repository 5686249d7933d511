// The shape of what stands before every line of a log: the same words and marks, with other numbers in them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oomwhy {

class LineShape {
 public:
  LineShape() = default;
  explicit LineShape(std::string_view example);

  bool empty() const { return tokens_.empty(); }
  // Length of the front of `line` that has this shape; absent where it has another. Blanks at the shape's own end are
  // taken only as far as the example has them: those that follow are the line's.
  std::optional<std::size_t> match(std::string_view line) const;

 private:
  enum class Kind {
    Number,  // digits
    Id,      // letters and digits
    Word,    // letters: the same ones, but a level's name may be another level's
    Blanks,
    Mark,  // one other byte
  };
  struct Token {
    Kind kind;
    std::string text;
  };

  static Token take_token(std::string_view& rest);
  static bool fits(const Token& wanted, const Token& found);

  std::vector<Token> tokens_;
};

// Where a token of `line` ends, at or behind `from`: the places at which a prefix can be cut.
std::size_t next_token_end(std::string_view line, std::size_t from);

}  // namespace oomwhy
