#include "parser/source_text.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

using namespace oomwhy;

namespace {

std::vector<std::string> lines_of(TextSource& source) {
  std::vector<std::string> lines;
  PhysicalLine line;
  while (source.next(line)) lines.emplace_back(line.bytes);
  return lines;
}

std::vector<std::string> lines_of(std::string text) {
  auto source = TextSource::from_memory(std::move(text), "memory");
  return lines_of(source);
}

}  // namespace

TEST_CASE("a text is cut at its newlines, the last of which may be missing") {
  CHECK(lines_of(std::string("a\nb\n")) == std::vector<std::string>{"a", "b"});
  CHECK(lines_of(std::string("a\nb")) == std::vector<std::string>{"a", "b"});
  CHECK(lines_of(std::string("\n\n")) == std::vector<std::string>{"", ""});
  CHECK(lines_of(std::string("")).empty());
  CHECK(lines_of(std::string("a\0b\n", 4)) == std::vector<std::string>{std::string("a\0b", 3)});
}

TEST_CASE("a line beyond all reason is cut, the next one is whole") {
  auto source = TextSource::from_memory(std::string(5 * kLongestLine, 'x') + "\nshort\n", "memory");
  PhysicalLine line;
  REQUIRE(source.next(line));
  CHECK(line.cut);
  CHECK(line.bytes.size() == kLongestLine);
  REQUIRE(source.next(line));
  CHECK_FALSE(line.cut);
  CHECK(line.bytes == "short");
  CHECK(line.line == 2);
  CHECK_FALSE(source.next(line));
  CHECK(lines_of(std::string(kLongestLine, 'x') + "\ny").size() == 2);
}

TEST_CASE("a pipe is read piece by piece, long lines in bounded memory") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::thread writer([out = ends[1]] {
    const std::string piece(100'000, 'z');
    for (int i = 0; i < 50; ++i) {
      if (::write(out, piece.data(), piece.size()) < 0) break;
    }
    const std::string end = "\nlast line without newline";
    if (::write(out, end.data(), end.size()) < 0) return;
    ::close(out);
  });
  auto source = TextSource::from_descriptor(ends[0], "pipe");
  PhysicalLine line;
  REQUIRE(source.next(line));
  CHECK(line.cut);
  REQUIRE(source.next(line));
  CHECK(line.bytes == "last line without newline");
  CHECK_FALSE(source.next(line));
  CHECK(source.error() == nullptr);
  CHECK(source.bytes_read() == 50 * 100'000 + 26);
  CHECK(source.size_hint() == 0);
  writer.join();
  ::close(ends[0]);
}

TEST_CASE("raw bytes can be taken between two lines") {
  auto source = TextSource::from_memory(std::string("name\n\x03\0\n!\nnext\n", 15), "memory");
  PhysicalLine line;
  REQUIRE(source.next(line));
  std::string_view bytes;
  REQUIRE(source.next_bytes(5, bytes));
  CHECK(bytes == std::string_view("\x03\0\n!\n", 5));
  REQUIRE(source.next(line));
  CHECK(line.bytes == "next");
  CHECK_FALSE(source.next_bytes(1, bytes));
}

TEST_CASE("a file that cannot be read says which, why and what to try") {
  const auto missing = TextSource::open("/nonexistent/kern.log");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().what == "/nonexistent/kern.log");
  CHECK(missing.error().why == "No such file or directory");
  CHECK_FALSE(missing.error().hint.empty());
  const auto folder = TextSource::open("/");
  REQUIRE_FALSE(folder);
  CHECK(folder.error().why == "Is a directory");
  char name[] = "/tmp/oomwhy-source-XXXXXX";
  const int fd = ::mkstemp(name);
  REQUIRE(fd >= 0);
  REQUIRE(::write(fd, "x\ny\n", 4) == 4);
  ::close(fd);
  {
    auto readable = TextSource::open(name);
    REQUIRE(readable);
    CHECK(readable->size_hint() == 4);
    CHECK(readable->name() == name);
    CHECK(lines_of(*readable) == std::vector<std::string>{"x", "y"});
  }
  std::remove(name);
}

TEST_CASE("a descriptor that fails half way ends the text and keeps the reason") {
  auto source = TextSource::from_descriptor(-1, "closed");
  PhysicalLine line;
  CHECK_FALSE(source.next(line));
  REQUIRE(source.error() != nullptr);
  CHECK(source.error()->what == "closed");
  CHECK(source.error()->why == "Bad file descriptor");
}
