#include "parser/read_ahead.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace oomwhy;

namespace {

enum class End { Plain, Error, Throws };

// Gives a text in pieces of at most `piece` bytes.
class Pieces : public ByteStream {
 public:
  Pieces(std::string text, std::size_t piece, End end) : text_(std::move(text)), piece_(piece), end_(end) {}

  std::size_t read(char* to, std::size_t size) override {
    const std::size_t count = std::min({size, piece_, text_.size() - at_});
    if (count == 0 && end_ == End::Throws) throw std::runtime_error("the unpacker is broken");
    if (count == 0 && end_ == End::Error) error_ = Error{"disk", "input/output error", ""};
    std::memcpy(to, text_.data() + at_, count);
    at_ += count;
    return count;
  }
  const Error* error() const override { return error_ ? &*error_ : nullptr; }
  std::uint64_t size_hint() const override { return text_.size(); }
  std::size_t given() const { return at_; }

 private:
  std::string text_;
  std::size_t piece_;
  End end_;
  std::atomic<std::size_t> at_ = 0;
  std::optional<Error> error_;
};

// No two blocks of it are equal.
std::string long_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 2654435761U) >> 13U);
  return text;
}

std::string rest_of(ByteStream& stream, std::size_t most) {
  std::string text;
  std::vector<char> piece(most);
  while (const std::size_t count = stream.read(piece.data(), most)) text.append(piece.data(), count);
  return text;
}

}  // namespace

TEST_CASE("what is read ahead is the stream byte for byte, whatever the pieces") {
  // More than the ring holds, and the edges of a block.
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, ReadAhead::kBlock - 1, ReadAhead::kBlock,
                                 ReadAhead::kBlock + 1, 3 * ReadAhead::kBlock * ReadAhead::kBlocks + 7}) {
    const std::string text = long_text(size);
    for (const std::size_t piece : {std::size_t{4093}, std::size_t{1} << 20}) {
      ReadAhead stream(std::make_unique<Pieces>(text, piece, End::Plain), piece == 4093 ? 1 : 3);
      CHECK(stream.size_hint() == size);
      CHECK((rest_of(stream, piece == 4093 ? 262144 : 65521) == text));
      CHECK(stream.error() == nullptr);
      char more = 0;
      CHECK(stream.read(&more, 1) == 0);
    }
  }
}

TEST_CASE("what is found as lines are read is what a search of all of them finds, with any number of threads") {
  // A line longer than a block, and one at the end that does not end.
  std::string text;
  for (int i = 0; text.size() < 3 * ReadAhead::kBlock * ReadAhead::kBlocks; ++i) {
    text += "Mar  2 04:00:00 web-07 app[99]: job " + std::to_string(i) + (i % 777 == 0 ? " Out of memory\n" : "\n");
    if (i == 30'000) text += std::string(2 * ReadAhead::kBlock, 'x') + " Killed process 1\n";
  }
  text += "an end";
  Findings all;
  scan_block(text, best_scan_method(), all);
  REQUIRE(all.anchors.size() > 100);
  for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
    INFO(threads << " threads");
    auto pieces = std::make_unique<Pieces>(text, 100'003, End::Plain);
    const Pieces& given = *pieces;
    ReadAhead stream(std::move(pieces), threads);
    // What a reader does not wait for is searched.
    while (given.given() < 3 * ReadAhead::kBlock) std::this_thread::yield();
    std::vector<char> block(ReadAhead::kBlock);
    std::uint64_t position = 0, searched = 0;
    Findings found;
    while (const std::size_t count = stream.read(block.data(), block.size())) {
      REQUIRE(std::equal(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(count),
                         text.begin() + static_cast<std::ptrdiff_t>(position)));
      // What is not searched here is searched by whoever reads it.
      Findings of_block;
      if (const SearchedLines* lines = stream.searched(position)) {
        CHECK(lines->begin == position);
        CHECK(lines->end == position + count);
        CHECK((position == 0 || text[position - 1] == '\n'));
        CHECK(text[lines->end - 1] == '\n');
        of_block = lines->findings;
        searched += count;
        CHECK(stream.searched(position + count) == nullptr);
      } else {
        scan_block({block.data(), count}, ScanMethod::Portable, of_block);
      }
      const auto begin = static_cast<std::uint32_t>(position);
      for (const std::uint32_t at : of_block.line_ends) found.line_ends.push_back(begin + at);
      for (const std::uint32_t at : of_block.anchors) found.anchors.push_back(begin + at);
      position += count;
    }
    CHECK(position == text.size());
    CHECK(searched > 0);
    CHECK((found.line_ends == all.line_ends));
    CHECK((found.anchors == all.anchors));
  }
}

TEST_CASE("an error behind the last byte that could be read is told behind it") {
  const std::string text = long_text(2 * ReadAhead::kBlock + 100);
  ReadAhead stream(std::make_unique<Pieces>(text, 1000, End::Error));
  std::vector<char> first(1000);
  REQUIRE(stream.read(first.data(), first.size()) == first.size());
  CHECK(stream.error() == nullptr);
  CHECK((std::string(first.data(), first.size()) + rest_of(stream, 100000) == text));
  REQUIRE(stream.error() != nullptr);
  CHECK(stream.error()->why == "input/output error");
}

TEST_CASE("what the stream throws is thrown to the reader, behind the bytes before it") {
  const std::string text = long_text(100000);
  ReadAhead stream(std::make_unique<Pieces>(text, 5000, End::Throws));
  std::vector<char> all(text.size());
  std::size_t taken = 0;
  while (taken < all.size()) taken += stream.read(all.data() + taken, all.size() - taken);
  CHECK((std::string(all.begin(), all.end()) == text));
  CHECK_THROWS_WITH(stream.read(all.data(), 1), "the unpacker is broken");
  CHECK(stream.read(all.data(), 1) == 0);
}

TEST_CASE("a reader may go before the end, or before the first byte") {
  const std::string text = long_text(2 * ReadAhead::kBlock * ReadAhead::kBlocks);
  { ReadAhead unread(std::make_unique<Pieces>(text, 1 << 20, End::Plain)); }
  ReadAhead begun(std::make_unique<Pieces>(text, 1 << 20, End::Plain));
  char first = 0;
  REQUIRE(begun.read(&first, 1) == 1);
  CHECK(first == text.front());
}
