// A text that threads of its own read and search, a few blocks ahead of whoever parses it: what the disk, the kernel
// and a decompressor take is spent beside the parser, and what the search takes where the parser is the slower one. The
// bytes, their order and the error at their end are the stream's, whatever the number of threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "parser/byte_stream.hpp"
#include "parser/scanner.hpp"

namespace oomwhy {

// Whole lines of the stream, and what the search found in them.
struct SearchedLines {
  std::uint64_t begin = 0;  // position in the stream
  std::uint64_t end = 0;
  Findings findings;  // positions from `begin` on
};

class ReadAhead : public ByteStream {
 public:
  // Nobody else reads the stream, or whatever it reads from, until this object is gone. Where no thread can be had it
  // is read in the caller's, and nothing is searched. `threads`: at least 1; one at a time reads, the others search.
  explicit ReadAhead(std::unique_ptr<ByteStream> stream, std::size_t threads = 1);
  ~ReadAhead() override;  // waits for the block that is being read

  // With room for kBlock bytes a whole block, which ends with a line where it holds the end of one.
  std::size_t read(char* to, std::size_t size) override;
  const Error* error() const override;
  std::uint64_t size_hint() const override { return size_hint_; }

  // Of what read() gave, the lines that hold the byte at `position`, or null: they were not searched, which is up to
  // the threads. Lines before are forgotten.
  const SearchedLines* searched(std::uint64_t position);

  static constexpr std::size_t kBlock = std::size_t{512} * 1024;
  static constexpr std::size_t kBlocks = 8;  // 4 MiB in all

 private:
  struct Block {
    std::vector<char> bytes;
    std::size_t size = 0;
    std::uint64_t begin = 0;  // position in the stream
    bool whole_lines = false;
    bool last = false;
    std::exception_ptr failed;  // thrown by the stream behind these bytes
    Findings findings;
    bool ready = false;  // under the mutex
  };
  enum class Reader { Waits, IsBehind };
  void run();
  Block* wait_for_turn();
  Reader pass_turn(const Block& block);
  void fill(Block& block);
  void cut(Block& block);
  void search(Block& block);
  Block& wait_for_block();
  void take_findings(Block& block);
  void release_block();

  std::unique_ptr<ByteStream> stream_;
  std::uint64_t size_hint_;
  std::size_t taken_ = 0;  // of the block that the reader has
  bool ended_ = false;     // the reader has had the last one
  std::deque<SearchedLines> searched_;

  // Of the thread whose turn it is to read.
  std::vector<char> rest_;  // the beginning of a line whose end comes with the next block
  std::uint64_t position_ = 0;
  bool in_line_ = false;  // the block before did not end with a line

  std::mutex mutex_;
  std::condition_variable room_;        // a block is free, or it is another thread's turn
  std::condition_variable ready_;       // a block is
  std::vector<Block> ring_;             // those from used_ to begun_ are read, searched or waited for
  std::uint64_t begun_ = 0, used_ = 0;  // how many blocks were, under the mutex
  bool reading_ = false;                // a thread has its turn; under the mutex
  bool stopped_ = false;                // nobody wants more, or there is no more; under the mutex
  std::vector<std::thread> threads_;    // the last member: they use the others
};

}  // namespace oomwhy
