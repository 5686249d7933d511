#include "parser/text_encoding.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace oomwhy {
namespace {

class Converted : public ByteStream {
 public:
  explicit Converted(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}
  const Error* error() const override { return stream_->error(); }
  std::uint64_t size_hint() const override { return stream_->size_hint(); }

 protected:
  ByteStream& stream() { return *stream_; }

 private:
  std::unique_ptr<ByteStream> stream_;
};

class LineFeeds : public Converted {
 public:
  using Converted::Converted;
  std::size_t read(char* to, std::size_t size) override {
    const std::size_t count = stream().read(to, size);
    std::replace(to, to + count, '\r', '\n');
    return count;
  }
};

// Through iconv(3); what is no character becomes U+FFFD.
class Utf8OfUtf16 : public Converted {
 public:
  Utf8OfUtf16(std::unique_ptr<ByteStream> stream, const char* encoding)
      : Converted(std::move(stream)), converter_(iconv_open("UTF-8", encoding)) {}
  ~Utf8OfUtf16() override { iconv_close(converter_); }

  std::size_t read(char* to, std::size_t size) override {
    while (ready_.size() == taken_) {
      if (!convert_more()) return 0;
    }
    const std::size_t count = std::min(size, ready_.size() - taken_);
    std::memcpy(to, ready_.data() + taken_, count);
    taken_ += count;
    return count;
  }

 private:
  bool convert_more();

  iconv_t converter_;
  std::array<char, 16384> raw_{};
  std::size_t left_ = 0;  // bytes of an unfinished character at the front of raw_
  std::string ready_;
  std::size_t taken_ = 0;  // of ready_
};

bool Utf8OfUtf16::convert_more() {
  const std::size_t count = stream().read(raw_.data() + left_, raw_.size() - left_);
  if (count == 0) return false;
  left_ += count;
  ready_.resize(2 * raw_.size());
  taken_ = 0;
  char* from = raw_.data();
  char* to = ready_.data();
  std::size_t room = ready_.size();
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  while (iconv(converter_, &from, &left_, &to, &room) == static_cast<std::size_t>(-1) && errno == EILSEQ &&
         left_ >= 2) {
    from += 2;
    left_ -= 2;
    to = std::copy(replacement.begin(), replacement.end(), to);
    room -= replacement.size();
  }
  std::memmove(raw_.data(), from, left_);
  ready_.resize(ready_.size() - room);
  return true;
}

bool has(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

}  // namespace

std::unique_ptr<ByteStream> as_plain_text(std::unique_ptr<ByteStream> stream) {
  auto peeked = std::make_unique<PeekedStream>(std::move(stream));
  const std::string_view head = peeked->peek();
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) {
    return std::make_unique<Utf8OfUtf16>(std::move(peeked), "UTF-16");
  }
  if (has(head, '\r') && !has(head, '\n')) return std::make_unique<LineFeeds>(std::move(peeked));
  return peeked;
}

}  // namespace oomwhy
