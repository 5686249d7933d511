#include "parser/source_text.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "parser/read_ahead.hpp"
#include "parser/text_encoding.hpp"

namespace oomwhy {
namespace {

// A block that was searched is taken whole.
constexpr std::size_t kBlock = ReadAhead::kBlock;

}  // namespace

struct TextSource::State {
  std::string name;
  std::unique_ptr<ByteStream> stream;
  ReadAhead* read_ahead = nullptr;  // the stream, where it is one
  std::uint64_t size_hint = 0;
  std::vector<char> buffer;
  std::size_t begin = 0;  // of the bytes not handed on
  std::size_t end = 0;
  bool at_end = false;
  std::uint64_t bytes_read = 0;
  std::uint64_t lines = 0;
  bool in_cut_line = false;
  std::optional<Error> error;

  std::size_t filled() const { return end - begin; }
  const char* data() const { return buffer.data() + begin; }

  // Reads one more block behind what is held; false at the end or after an error.
  bool fill();
  // Distance to the next newline, filled() if none is held.
  std::size_t newline_from(std::size_t offset) const;
  void skip_rest_of_line();
};

std::size_t TextSource::State::newline_from(std::size_t offset) const {
  if (offset >= filled()) return filled();
  const auto* found = static_cast<const char*>(std::memchr(data() + offset, '\n', filled() - offset));
  return found == nullptr ? filled() : static_cast<std::size_t>(found - data());
}

void TextSource::State::skip_rest_of_line() {
  while (in_cut_line) {
    const auto length = newline_from(0);
    in_cut_line = length == filled();
    begin += in_cut_line ? length : length + 1;
    if (in_cut_line && !fill()) return;
  }
}

bool TextSource::State::fill() {
  if (at_end) return false;
  if (begin > 0) {
    std::memmove(buffer.data(), buffer.data() + begin, filled());
    end -= begin;
    begin = 0;
  }
  if (buffer.size() < end + kBlock + TextSource::kSlack) buffer.resize(end + kBlock + TextSource::kSlack);
  const std::size_t count = stream->read(buffer.data() + end, kBlock);
  if (count == 0) {
    if (stream->error() != nullptr) error = *stream->error();
    at_end = true;
    return false;
  }
  end += count;
  bytes_read += count;
  return true;
}

TextSource::TextSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextSource::TextSource(TextSource&&) noexcept = default;
TextSource& TextSource::operator=(TextSource&&) noexcept = default;
TextSource::~TextSource() = default;

Result<TextSource> TextSource::open(const std::string& path) {
  auto stream = open_bytes(path);
  if (!stream) return stream.error();
  return from_stream(std::move(*stream), path == "-" ? "standard input" : path);
}

TextSource TextSource::from_descriptor(int fd, std::string name) {
  auto stream = bytes_of_descriptor(fd, name);
  return from_stream(std::move(stream), std::move(name));
}

TextSource TextSource::from_stream(std::unique_ptr<ByteStream> stream, std::string name) {
  auto state = std::make_unique<State>();
  state->name = std::move(name);
  state->size_hint = stream->size_hint();
  state->stream = as_plain_text(std::move(stream));
  return TextSource(std::move(state));
}

TextSource TextSource::from_stream_ahead(std::unique_ptr<ByteStream> stream, std::string name, std::size_t threads) {
  TextSource source = from_stream(std::move(stream), std::move(name));
  State& state = *source.state_;
  auto read_ahead = std::make_unique<ReadAhead>(std::move(state.stream), threads);
  state.read_ahead = read_ahead.get();
  state.stream = std::move(read_ahead);
  return source;
}

TextSource TextSource::from_memory(std::string text, std::string name) {
  auto state = std::make_unique<State>();
  state->name = std::move(name);
  state->buffer.assign(text.begin(), text.end());
  state->end = state->buffer.size();
  state->buffer.resize(state->end + kSlack);
  state->bytes_read = state->end;
  state->size_hint = state->end;
  state->at_end = true;
  return TextSource(std::move(state));
}

bool TextSource::next(PhysicalLine& line) {
  auto& state = *state_;
  state.skip_rest_of_line();
  // Bytes that the search has seen are not searched again when a block is added.
  std::size_t length = state.newline_from(0);
  while (length == state.filled() && length <= kLongestLine && state.fill()) length = state.newline_from(length);
  const bool ended = length < state.filled();
  if (!ended && length == 0) return false;
  line.line = ++state.lines;
  line.cut = length > kLongestLine;
  line.bytes = std::string_view(state.data(), std::min(length, kLongestLine));
  state.begin += length + (ended ? 1 : 0);
  state.in_cut_line = line.cut && !ended;
  return true;
}

std::string_view TextSource::ahead() const {
  if (state_->in_cut_line || state_->filled() == 0) return {};
  const void* last = ::memrchr(state_->data(), '\n', state_->filled());
  if (last == nullptr) return {};
  return {state_->data(), static_cast<std::size_t>(static_cast<const char*>(last) - state_->data()) + 1};
}

std::uint64_t TextSource::position() const { return state_->bytes_read - state_->filled(); }
std::uint64_t TextSource::lines() const { return state_->lines; }

bool TextSource::read_on() {
  if (state_->in_cut_line || state_->filled() - ahead().size() > kLongestLine) return false;
  return state_->fill();
}

const SearchedLines* TextSource::searched(std::uint64_t position) {
  return state_->read_ahead == nullptr ? nullptr : state_->read_ahead->searched(position);
}

void TextSource::pass(std::size_t bytes, std::uint64_t lines) {
  state_->begin += bytes;
  state_->lines += lines;
}

bool TextSource::next_bytes(std::uint64_t count, std::string_view& bytes) {
  auto& state = *state_;
  while (state.filled() < count) {
    if (!state.fill()) return false;
  }
  bytes = std::string_view(state.data(), static_cast<std::size_t>(count));
  state.begin += static_cast<std::size_t>(count);
  return true;
}

const std::string& TextSource::name() const { return state_->name; }
std::uint64_t TextSource::bytes_read() const { return state_->bytes_read; }
std::uint64_t TextSource::size_hint() const { return state_->size_hint; }
const Error* TextSource::error() const { return state_->error ? &*state_->error : nullptr; }

}  // namespace oomwhy
