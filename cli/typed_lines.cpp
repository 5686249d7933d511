#include "cli/typed_lines.hpp"

#include <string_view>
#include <utility>

namespace oomwhy {
namespace {

// An incident's line holds its tables: more than a line of a log, and no more than this.
constexpr std::size_t kLongest = std::size_t{64} << 20;

class Lines {
 public:
  explicit Lines(TypedLines& into) : into_(into) {}

  void take(std::string_view block) {
    while (!block.empty()) {
      const std::size_t newline = block.find('\n');
      if (line_.size() < kLongest) line_.append(block.substr(0, newline));
      if (newline == std::string_view::npos) return;
      finish_line();
      block.remove_prefix(newline + 1);
    }
  }
  void finish() {
    finish_line();
    into_.runs = reader_.finish();
  }

 private:
  void finish_line() {
    if (!line_.empty() && !reader_.feed(line_)) ++into_.damaged_lines;
    line_.clear();
  }

  TypedLines& into_;
  RunReader reader_;
  std::string line_;
};

}  // namespace

Result<TypedLines> read_typed_lines(ByteStream& stream, const std::string& source) {
  TypedLines read{.source = source};
  Lines lines(read);
  std::vector<char> block(std::size_t{128} * 1024);
  while (const std::size_t count = stream.read(block.data(), block.size())) lines.take({block.data(), count});
  if (stream.error() != nullptr) return *stream.error();
  lines.finish();
  return read;
}

}  // namespace oomwhy
