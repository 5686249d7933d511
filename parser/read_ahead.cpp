#include "parser/read_ahead.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

namespace oomwhy {

ReadAhead::ReadAhead(std::unique_ptr<ByteStream> stream, std::size_t threads)
    : stream_(std::move(stream)), size_hint_(stream_->size_hint()), ring_(kBlocks) {
  try {
    while (threads_.size() < threads) threads_.emplace_back([this] { run(); });
  } catch (const std::system_error&) {
    // A limit on threads: those that there are do it; without any read() reads itself.
  }
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

// --- the threads --------------------------------------------------------------------------------------------------

void ReadAhead::run() {
  while (Block* const block = wait_for_turn()) {
    fill(*block);
    if (pass_turn(*block) == Reader::Waits) {
      block->whole_lines = false;
    } else {
      search(*block);
    }
    {
      const std::lock_guard lock(mutex_);
      block->ready = true;
    }
    ready_.notify_one();
  }
}

// Null: nobody wants more, or there is no more.
ReadAhead::Block* ReadAhead::wait_for_turn() {
  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return stopped_ || (!reading_ && begun_ - used_ < kBlocks); });
  if (stopped_) return nullptr;
  reading_ = true;
  Block& block = ring_[begun_++ % kBlocks];
  block.ready = false;
  return &block;
}

// The reader that waits for this very block searches it in the time that others are read in.
ReadAhead::Reader ReadAhead::pass_turn(const Block& block) {
  const std::lock_guard lock(mutex_);
  reading_ = false;
  stopped_ = stopped_ || block.last;
  room_.notify_all();
  return &block == &ring_[used_ % kBlocks] ? Reader::Waits : Reader::IsBehind;
}

// To the brim, so that the threads meet seldom.
void ReadAhead::fill(Block& block) {
  block.begin = position_;
  block.whole_lines = false;
  try {
    block.bytes.resize(kBlock);
    std::copy(rest_.begin(), rest_.end(), block.bytes.begin());
    block.size = rest_.size();
    rest_.clear();
    while (!block.last && block.size < kBlock) {
      const std::size_t count = stream_->read(block.bytes.data() + block.size, kBlock - block.size);
      block.size += count;
      block.last = count == 0;
    }
    cut(block);
  } catch (...) {
    block.failed = std::current_exception();
    block.last = true;
  }
  position_ += block.size;
}

// Behind the last line that ends in it. A line that is longer than a block goes on in the next ones, which are not
// searched: an anchor may stand across their ends.
void ReadAhead::cut(Block& block) {
  const void* newline = ::memrchr(block.bytes.data(), '\n', block.size);
  block.whole_lines = newline != nullptr && !in_line_ && !block.last;
  in_line_ = newline == nullptr;
  if (newline == nullptr || block.last) return;
  const char* const end = static_cast<const char*>(newline) + 1;
  rest_.assign(end, static_cast<const char*>(block.bytes.data()) + block.size);
  block.size = static_cast<std::size_t>(end - block.bytes.data());
}

void ReadAhead::search(Block& block) {
  if (!block.whole_lines) return;
  try {
    scan_block({block.bytes.data(), block.size}, best_scan_method(), block.findings);
  } catch (...) {
    block.whole_lines = false;
  }
}

// --- the reader ---------------------------------------------------------------------------------------------------

ReadAhead::Block& ReadAhead::wait_for_block() {
  std::unique_lock lock(mutex_);
  ready_.wait(lock, [this] { return used_ < begun_ && ring_[used_ % kBlocks].ready; });
  return ring_[used_ % kBlocks];
}

void ReadAhead::release_block() {
  taken_ = 0;
  {
    const std::lock_guard lock(mutex_);
    ++used_;
  }
  room_.notify_one();
}

void ReadAhead::take_findings(Block& block) {
  if (!block.whole_lines || taken_ > 0) return;
  searched_.push_back({block.begin, block.begin + block.size, std::exchange(block.findings, {})});
}

std::size_t ReadAhead::read(char* to, std::size_t size) {
  if (threads_.empty()) return stream_->read(to, size);
  while (!ended_) {
    Block& block = wait_for_block();
    const std::size_t count = std::min(size, block.size - taken_);
    if (count > 0) {
      take_findings(block);
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

const SearchedLines* ReadAhead::searched(std::uint64_t position) {
  while (!searched_.empty() && searched_.front().end <= position) searched_.pop_front();
  return searched_.empty() || searched_.front().begin > position ? nullptr : &searched_.front();
}

// The threads are through with the stream when the last block has come.
const Error* ReadAhead::error() const { return threads_.empty() || ended_ ? stream_->error() : nullptr; }

}  // namespace oomwhy
