// Bytes that are pulled: from a descriptor, a decompressor, a member of an archive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/diagnostic.hpp"

namespace oomwhy {

class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // Up to `size` bytes into `to`; 0: the end, or an error (see error()).
  virtual std::size_t read(char* to, std::size_t size) = 0;
  virtual const Error* error() const = 0;
  virtual std::uint64_t size_hint() const { return 0; }  // 0: not known
};

// A file, or standard input for "-". `from`: of a file, the byte to begin at. Error: cannot be opened, is a directory,
// has no such byte.
Result<std::unique_ptr<ByteStream>> open_bytes(const std::string& path, std::uint64_t from = 0);
std::unique_ptr<ByteStream> bytes_of_descriptor(int fd, std::string name);  // does not close fd

// The first bytes of a stream; fewer where it is shorter.
std::string read_front(ByteStream& stream, std::uint64_t bytes);

// A stream whose first bytes can be looked at before they are read.
class PeekedStream : public ByteStream {
 public:
  explicit PeekedStream(std::unique_ptr<ByteStream> stream);

  // The first bytes, at most `kPeek`; fewer only where the stream is shorter. Call it before the first read().
  std::string_view peek();
  std::uint64_t bytes_read() const { return bytes_read_; }

  std::size_t read(char* to, std::size_t size) override;
  const Error* error() const override { return stream_->error(); }
  std::uint64_t size_hint() const override { return stream_->size_hint(); }

  static constexpr std::size_t kPeek = 4096;

 private:
  std::unique_ptr<ByteStream> stream_;
  std::vector<char> head_;
  std::size_t taken_ = 0;
  bool peeked_ = false;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace oomwhy
