// Physical lines of a text source: a file or standard input, read in blocks, of any size, in bounded memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "parser/byte_stream.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

struct SearchedLines;  // read_ahead.hpp

// A longer line is cut to this many bytes and the rest of it skipped; the reader reports it.
inline constexpr std::size_t kLongestLine = 1 << 20;

struct PhysicalLine {
  std::string_view bytes;  // without "\n"; valid until the next call
  std::uint64_t line = 0;  // from 1
  bool cut = false;        // longer than kLongestLine
};

class TextSource {
 public:
  // "-" is standard input. Error: cannot be opened, is a directory, cannot be read.
  static Result<TextSource> open(const std::string& path);
  static TextSource from_descriptor(int fd, std::string name);  // does not close fd
  static TextSource from_stream(std::unique_ptr<ByteStream> stream, std::string name);
  // The same, read and searched by threads of their own.
  static TextSource from_stream_ahead(std::unique_ptr<ByteStream> stream, std::string name, std::size_t threads);
  static TextSource from_memory(std::string text, std::string name);
  TextSource(TextSource&&) noexcept;
  TextSource& operator=(TextSource&&) noexcept;
  ~TextSource();

  // For a reader who looks ahead: the whole lines that are held, from the next one on, newlines included. Behind them
  // are kSlack readable bytes of no meaning.
  std::string_view ahead() const;
  std::uint64_t position() const;  // bytes handed on or passed over
  std::uint64_t lines() const;     // likewise
  bool read_on();                  // holds one more block; false: the end, an error, a very long line
  // The lines that hold the byte at `position`, where they were searched as they were read; else null.
  const SearchedLines* searched(std::uint64_t position);
  void pass(std::size_t bytes, std::uint64_t lines);  // leaves out lines of what ahead() gave
  static constexpr std::size_t kSlack = 64;

  bool next(PhysicalLine& line);                                  // false: the end, or an error
  bool next_bytes(std::uint64_t count, std::string_view& bytes);  // exactly count raw bytes; false: fewer are left
  const std::string& name() const;
  std::uint64_t bytes_read() const;
  std::uint64_t size_hint() const;  // 0: unknown
  const Error* error() const;       // a read that failed half way

 private:
  struct State;
  explicit TextSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace oomwhy
