#include "cli/log_reading.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <utility>

#include "parser/archive.hpp"
#include "parser/event_lines.hpp"

namespace oomwhy {
namespace {

// What went through of each member.
struct Passage {
  std::string file;
  std::uint64_t first_line = 1;    // of the stream: where the member begins (or goes on) in it
  std::uint64_t lines_before = 0;  // of the member, skipped
  std::uint64_t offset = 0;        // of the member's text: behind the last newline that went through
  std::uint64_t lines = 0;         // of the member, up to there
};

// The members one after the other, each on lines of its own. Bytes behind the last newline of the last member are kept
// back where only whole lines are wanted.
class SetStream : public ByteStream {
 public:
  SetStream(const LogSet& set, const LogStart& start, LastLine last_line, std::vector<Passage>& passages)
      : set_(set), start_(start), last_line_(last_line), passages_(passages), next_(start.member) {}

  std::size_t read(char* to, std::size_t size) override {
    while (true) {
      if (given_ < ready_) return give(to, size);
      if (!fill()) return 0;
    }
  }
  const Error* error() const override { return error_ ? &*error_ : nullptr; }

 private:
  static constexpr std::size_t kBlock = std::size_t{128} * 1024;

  std::size_t give(char* to, std::size_t size) {
    const std::size_t count = std::min(size, ready_ - given_);
    std::memcpy(to, held_.data() + given_, count);
    given_ += count;
    return count;
  }

  // Makes more bytes ready; false: the end.
  bool fill() {
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(given_));
    ready_ -= given_;
    given_ = 0;
    if (!stream_) return open_next();
    const std::size_t old = held_.size();
    held_.resize(old + kBlock);
    const std::size_t count = stream_->read(held_.data() + old, kBlock);
    held_.resize(old + count);
    if (count == 0) return end_member();
    take_lines(old);
    return true;
  }

  // Whole lines among the bytes from `from` on are ready to go.
  void take_lines(std::size_t from) {
    const auto newlines = std::count(held_.begin() + static_cast<std::ptrdiff_t>(from), held_.end(), '\n');
    if (newlines == 0) {
      // A line of any length goes through in bounded memory; it is cut downstream.
      constexpr std::size_t kLongest = std::size_t{4} << 20;
      if (held_.size() > kLongest) pass(held_.size(), 0);
      return;
    }
    const auto last = std::find(held_.rbegin(), held_.rend(), '\n');
    pass(static_cast<std::size_t>(held_.rend() - last), static_cast<std::uint64_t>(newlines));
  }

  void pass(std::size_t until, std::uint64_t newlines) {
    passages_.back().offset += until - ready_;
    passages_.back().lines += newlines;
    ready_ = until;
  }

  bool end_member() {
    if (stream_->error() != nullptr && !error_) error_ = *stream_->error();
    stream_.reset();
    const bool last = next_ >= set_.members.size();
    if (held_.size() == ready_) return !last;
    if (last && last_line_ == LastLine::OnlyWhole) {
      held_.resize(ready_);
      return false;
    }
    passages_.back().offset += held_.size() - ready_;
    passages_.back().lines += 1;
    // The next member begins on a line of its own.
    held_.push_back('\n');
    ready_ = held_.size();
    return true;
  }

  bool open_next() {
    if (next_ >= set_.members.size()) return false;
    const std::string& file = set_.members[next_];
    const bool first = next_ == start_.member;
    ++next_;
    auto opened = open_text(file);
    if (!opened) {
      if (!error_) error_ = opened.error();
      return next_ < set_.members.size();
    }
    stream_ = std::move(*opened);
    Passage passage{.file = file};
    if (!passages_.empty()) {
      const Passage& before = passages_.back();
      passage.first_line = before.first_line + before.lines - before.lines_before;
    }
    if (first) {
      skip(start_.offset);
      passage.offset = start_.offset;
      passage.lines_before = passage.lines = start_.lines;
    }
    passages_.push_back(std::move(passage));
    return true;
  }

  void skip(std::uint64_t bytes) {
    std::array<char, 65536> block{};
    while (bytes > 0) {
      const std::size_t count = stream_->read(block.data(), std::min<std::uint64_t>(bytes, block.size()));
      if (count == 0) return;
      bytes -= count;
    }
  }

  const LogSet& set_;
  const LogStart& start_;
  LastLine last_line_;
  std::vector<Passage>& passages_;
  std::size_t next_;
  std::unique_ptr<ByteStream> stream_;
  std::vector<char> held_;
  std::size_t given_ = 0;  // of `held_`
  std::size_t ready_ = 0;  // of `held_`: may be given
  std::optional<Error> error_;
};

// --- lines of the stream as lines of the files --------------------------------------------------------------------

const Passage* passage_of(const std::vector<Passage>& passages, std::uint64_t line) {
  const Passage* found = nullptr;
  for (const Passage& passage : passages) {
    if (passage.first_line <= line) found = &passage;
  }
  return found;
}

// What is added to a line of the stream to make it one of the file.
std::int64_t shift_of(const Passage& passage) {
  return static_cast<std::int64_t>(passage.lines_before) - static_cast<std::int64_t>(passage.first_line) + 1;
}

void shift(std::uint64_t& line, std::int64_t by) {
  if (line > 0) line = static_cast<std::uint64_t>(static_cast<std::int64_t>(line) + by);
}

void move_to_file(Origin& origin, const std::vector<Passage>& passages) {
  const Passage* passage = passage_of(passages, origin.line);
  if (passage == nullptr) return;
  origin.source = passage->file;
  shift(origin.line, shift_of(*passage));
}

void move_to_file(OomEvent& event, const std::vector<Passage>& passages) {
  const Passage* passage = passage_of(passages, event.origin.line);
  if (passage == nullptr) return;
  const std::int64_t by = shift_of(*passage);
  event.origin.source = passage->file;
  visit_lines(event, [&](std::uint64_t& line) { shift(line, by); });
}

// --- where it ended -----------------------------------------------------------------------------------------------

// An empty file says nothing that it could be found again by: then the last one that holds something.
std::optional<LogPosition> end_of(const std::vector<Passage>& passages) {
  for (auto passage = passages.rbegin(); passage != passages.rend(); ++passage) {
    const auto head = read_head(passage->file);
    if (!head || (head->bytes == 0 && std::next(passage) != passages.rend())) continue;
    return LogPosition{passage->file, inode_of(passage->file), *head, passage->offset, passage->lines};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> last_written(const LogSet& set) {
  struct stat status {};
  if (set.members.empty() || ::stat(set.members.back().c_str(), &status) != 0) return std::nullopt;
  return std::int64_t{status.st_mtim.tv_sec} * 1'000'000 + status.st_mtim.tv_nsec / 1000;
}

LogReading read_log_set(const LogSet& set, const LogStart& start, const ReadContext& context, LastLine last_line,
                        Gathering& gathering) {
  LogReading reading;
  std::vector<Passage> passages;  // ahead of what comes out of the reader
  ReadOptions options{.context = context};
  options.userland = [&](UserlandEvent event) {
    move_to_file(event.origin, passages);
    gathering.take(std::move(event));
  };
  auto stream = std::make_unique<SetStream>(set, start, last_line, passages);
  reading.summary = read_source(TextSource::from_stream(std::move(stream), set.name), options, [&](OomEvent event) {
    move_to_file(event, passages);
    gathering.take(std::move(event));
  });
  for (Diagnostic& diagnostic : reading.summary.diagnostics) move_to_file(diagnostic.origin, passages);
  reading.summary.blind_spots.insert(reading.summary.blind_spots.end(), start.blind_spots.begin(),
                                     start.blind_spots.end());
  reading.end = end_of(passages);
  reading.written_us = last_written(set);
  return reading;
}

std::optional<LogPosition> locate_line(const LogSet& set, const std::string& file, std::uint64_t line) {
  if (std::find(set.members.begin(), set.members.end(), file) == set.members.end()) return std::nullopt;
  auto stream = open_text(file);
  const auto head = read_head(file);
  if (!stream || !head) return std::nullopt;
  LogPosition position{file, inode_of(file), *head, 0, 0};
  std::array<char, 65536> block{};
  while (position.lines + 1 < line) {
    const std::size_t count = (*stream)->read(block.data(), block.size());
    if (count == 0) return std::nullopt;
    for (std::size_t i = 0; i < count && position.lines + 1 < line; ++i) {
      ++position.offset;
      if (block[i] == '\n') ++position.lines;
    }
  }
  return position;
}

}  // namespace oomwhy
