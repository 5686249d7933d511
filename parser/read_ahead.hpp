// A stream that is read by a thread of its own, a few blocks ahead of whoever parses them: what the disk, the kernel
// and a decompressor take is spent beside the parser. The bytes, their order and the error at their end are the
// stream's.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "parser/byte_stream.hpp"

namespace oomwhy {

class ReadAhead : public ByteStream {
 public:
  // Nobody else reads the stream, or whatever it reads from, until this object is gone. Where no thread can be had it
  // is read in the caller's.
  explicit ReadAhead(std::unique_ptr<ByteStream> stream);
  ~ReadAhead() override;  // waits for the block that is being read

  std::size_t read(char* to, std::size_t size) override;
  const Error* error() const override;
  std::uint64_t size_hint() const override { return size_hint_; }

  static constexpr std::size_t kBlock = std::size_t{512} * 1024;
  static constexpr std::size_t kBlocks = 8;  // 4 MiB in all

 private:
  struct Block {
    std::vector<char> bytes;
    std::size_t size = 0;
    bool last = false;
    std::exception_ptr failed;  // thrown by the stream behind these bytes
  };
  void run();
  Block* wait_for_room();
  void fill(Block& block);
  Block& wait_for_block();
  void release_block();

  std::unique_ptr<ByteStream> stream_;
  std::uint64_t size_hint_;
  std::size_t taken_ = 0;  // of the block that the reader has
  bool ended_ = false;     // the reader has had the last one

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Block> ring_;              // those from used_ to filled_ are the reader's, the others the thread's
  std::uint64_t filled_ = 0, used_ = 0;  // how many blocks were, under the mutex
  bool stopped_ = false;                 // the reader wants no more; under the mutex
  std::thread thread_;                   // the last member: it uses the others
};

}  // namespace oomwhy
