// What the kernel saved before it went down (/sys/fs/pstore, pstore/ramoops): blocks under "Panic#1 Part2", of which
// Part1 is the newest. They are put in order again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic.hpp"

namespace oomwhy {

class PstoreBlocks {
 public:
  using LineSink = std::function<void(std::string_view line, std::uint64_t number)>;
  using DiagnosticSink = std::function<void(Diagnostic)>;

  PstoreBlocks(LineSink lines, DiagnosticSink diagnostics);

  static bool begins(std::string_view line);

  // Only while open, or for a line that begins one.
  void feed(std::string_view line, std::uint64_t number);
  void finish();
  bool open() const { return open_; }

 private:
  struct Block {
    std::uint64_t part = 0;
    std::uint64_t first_line = 0;
    std::string lines;
  };
  void begin_block(std::string_view line, std::uint64_t number);
  void hand_on_all();

  LineSink lines_;
  DiagnosticSink diagnostics_;
  bool open_ = false;
  bool too_many_ = false;
  std::string dump_;  // "Panic#1"
  std::vector<Block> blocks_;
  std::size_t held_ = 0;
};

}  // namespace oomwhy
