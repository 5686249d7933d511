#include "parser/byte_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace oomwhy {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

Error cannot_open(const std::string& path, int error) {
  std::string hint;
  if (error == ENOENT) hint = "check the spelling";
  if (error == EACCES) hint = "run as root or as a member of the groups adm or systemd-journal";
  if (error == EISDIR) hint = "name a file in it";
  return Error{path, reason(error), hint};
}

enum class Close { Yes, No };

class DescriptorStream : public ByteStream {
 public:
  DescriptorStream(int fd, std::string name, Close close) : fd_(fd), name_(std::move(name)), close_(close) {
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
      const auto begin = std::max(::lseek(fd, 0, SEEK_CUR), off_t{0});
      size_ = static_cast<std::uint64_t>(std::max(status.st_size - begin, off_t{0}));
    }
  }
  ~DescriptorStream() override {
    if (close_ == Close::Yes) ::close(fd_);
  }

  std::size_t read(char* to, std::size_t size) override {
    ssize_t count = 0;
    do {
      count = ::read(fd_, to, size);
    } while (count < 0 && errno == EINTR);
    if (count < 0) error_ = Error{name_, reason(errno), "what was read before it is still shown"};
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  const Error* error() const override { return error_ ? &*error_ : nullptr; }
  std::uint64_t size_hint() const override { return size_; }

 private:
  int fd_;
  std::string name_;
  Close close_;
  std::uint64_t size_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> open_bytes(const std::string& path, std::uint64_t from) {
  if (path == "-") return bytes_of_descriptor(STDIN_FILENO, "standard input");
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return cannot_open(path, errno);
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(fd);
    return cannot_open(path, EISDIR);
  }
  if (from > 0 && ::lseek(fd, static_cast<off_t>(from), SEEK_SET) < 0) {
    const int error = errno;
    ::close(fd);
    return cannot_open(path, error);
  }
  return std::unique_ptr<ByteStream>(std::make_unique<DescriptorStream>(fd, path, Close::Yes));
}

std::unique_ptr<ByteStream> bytes_of_descriptor(int fd, std::string name) {
  return std::make_unique<DescriptorStream>(fd, std::move(name), Close::No);
}

std::string read_front(ByteStream& stream, std::uint64_t bytes) {
  std::string front(bytes, '\0');
  std::size_t filled = 0;
  while (filled < front.size()) {
    const std::size_t count = stream.read(front.data() + filled, front.size() - filled);
    if (count == 0) break;
    filled += count;
  }
  front.resize(filled);
  return front;
}

PeekedStream::PeekedStream(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

std::string_view PeekedStream::peek() {
  if (!peeked_) {
    peeked_ = true;
    head_.resize(kPeek);
    std::size_t filled = 0;
    while (filled < kPeek) {
      const auto count = stream_->read(head_.data() + filled, kPeek - filled);
      if (count == 0) break;
      filled += count;
      // A pipe gives what it has; more would mean to wait for a writer who may be slow.
      if (filled >= kPeek / 8) break;
    }
    head_.resize(filled);
  }
  return {head_.data(), head_.size()};
}

std::size_t PeekedStream::read(char* to, std::size_t size) {
  std::size_t count = 0;
  if (taken_ < head_.size()) {
    count = std::min(size, head_.size() - taken_);
    std::memcpy(to, head_.data() + taken_, count);
    taken_ += count;
  } else {
    count = stream_->read(to, size);
  }
  bytes_read_ += count;
  return count;
}

}  // namespace oomwhy
