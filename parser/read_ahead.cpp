#include "parser/read_ahead.hpp"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

namespace oomwhy {

ReadAhead::ReadAhead(std::unique_ptr<ByteStream> stream)
    : stream_(std::move(stream)), size_hint_(stream_->size_hint()), ring_(kBlocks) {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // A limit on threads: read() then reads itself.
  }
}

ReadAhead::~ReadAhead() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// --- the thread ---------------------------------------------------------------------------------------------------

void ReadAhead::run() {
  for (bool more = true; more;) {
    Block* const block = wait_for_room();
    if (block == nullptr) return;
    fill(*block);
    more = !block->last;
    {
      const std::lock_guard lock(mutex_);
      ++filled_;
    }
    changed_.notify_all();
  }
}

// Null: nobody wants more.
ReadAhead::Block* ReadAhead::wait_for_room() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopped_ || filled_ - used_ < kBlocks; });
  return stopped_ ? nullptr : &ring_[filled_ % kBlocks];
}

// To the brim, so that the two threads meet seldom.
void ReadAhead::fill(Block& block) {
  block.size = 0;
  try {
    block.bytes.resize(kBlock);
    while (!block.last && block.size < kBlock) {
      const std::size_t count = stream_->read(block.bytes.data() + block.size, kBlock - block.size);
      block.size += count;
      block.last = count == 0;
    }
  } catch (...) {
    block.failed = std::current_exception();
    block.last = true;
  }
}

// --- the reader ---------------------------------------------------------------------------------------------------

ReadAhead::Block& ReadAhead::wait_for_block() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return filled_ > used_; });
  return ring_[used_ % kBlocks];
}

void ReadAhead::release_block() {
  taken_ = 0;
  {
    const std::lock_guard lock(mutex_);
    ++used_;
  }
  changed_.notify_all();
}

std::size_t ReadAhead::read(char* to, std::size_t size) {
  if (!thread_.joinable()) return stream_->read(to, size);
  while (!ended_) {
    const Block& block = wait_for_block();
    const std::size_t count = std::min(size, block.size - taken_);
    if (count > 0) {
      std::memcpy(to, block.bytes.data() + taken_, count);
      taken_ += count;
      return count;
    }
    ended_ = block.last;
    if (block.failed) std::rethrow_exception(block.failed);
    if (!ended_) release_block();
  }
  return 0;
}

// The thread is through with the stream when the last block has come.
const Error* ReadAhead::error() const { return thread_.joinable() && !ended_ ? nullptr : stream_->error(); }

}  // namespace oomwhy
