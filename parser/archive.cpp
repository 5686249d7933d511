#include "parser/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <optional>
#include <utility>

namespace oomwhy {
namespace {

constexpr std::size_t kBlock = std::size_t{128} * 1024;
constexpr int kDepth = 3;
// gzip reaches 1032:1 at the most and real logs some 100:1; what expands more than this past the first GiB is a bomb.
constexpr std::uint64_t kBombRatio = 2000;
constexpr std::uint64_t kBombStart = std::uint64_t{1} << 30;

struct Magic {
  std::size_t offset;
  std::string_view bytes;
};
constexpr std::array kPacked{
    Magic{0, "\x1f\x8b"},
    Magic{0, std::string_view("\xfd"
                              "7zXZ\0",
                              6)},
    Magic{0, "\x28\xb5\x2f\xfd"},
    Magic{0, "BZh"},
    Magic{0, "\x04\x22\x4d\x18"},
    Magic{0, "PK\x03\x04"},
    Magic{257, "ustar"},
};

struct ArchiveCloser {
  void operator()(::archive* handle) const { archive_read_free(handle); }
};
using ArchiveHandle = std::unique_ptr<::archive, ArchiveCloser>;

// What the outermost file has given and what came out of it, over all depths.
struct Budget {
  const PeekedStream& outermost;
  std::uint64_t unpacked = 0;

  bool exceeded() const { return unpacked > kBombStart && unpacked / kBombRatio > outermost.bytes_read(); }
};

struct Feed {
  ByteStream& stream;
  std::array<char, kBlock> block{};
};

la_ssize_t read_feed(::archive* /*handle*/, void* data, const void** buffer) {
  auto& feed = *static_cast<Feed*>(data);
  *buffer = feed.block.data();
  return static_cast<la_ssize_t>(feed.stream.read(feed.block.data(), feed.block.size()));
}

std::string why(::archive* handle) {
  const char* text = archive_error_string(handle);
  return text == nullptr ? "damaged" : text;
}

// The data of the entry on which the archive stands.
class MemberStream : public ByteStream {
 public:
  MemberStream(::archive* handle, std::string name, Budget& budget)
      : handle_(handle), name_(std::move(name)), budget_(budget) {}

  std::size_t read(char* to, std::size_t size) override {
    if (error_) return 0;
    const auto count = archive_read_data(handle_, to, size);
    if (count < 0) {
      error_ = Error{name_, why(handle_), "what was read before it is still shown"};
      return 0;
    }
    budget_.unpacked += static_cast<std::uint64_t>(count);
    if (budget_.exceeded()) {
      error_ =
          Error{name_, "expands more than any log does (a decompression bomb?)", "unpack it yourself if you trust it"};
      return 0;
    }
    return static_cast<std::size_t>(count);
  }
  const Error* error() const override { return error_ ? &*error_ : nullptr; }

 private:
  ::archive* handle_;
  std::string name_;
  Budget& budget_;
  std::optional<Error> error_;
};

// A view of a stream that belongs to somebody else: the reader of a member may drop it.
class BorrowedStream : public ByteStream {
 public:
  explicit BorrowedStream(ByteStream& stream) : stream_(stream) {}
  std::size_t read(char* to, std::size_t size) override { return stream_.read(to, size); }
  const Error* error() const override { return stream_.error(); }

 private:
  ByteStream& stream_;
};

ArchiveHandle new_reader() {
  ArchiveHandle handle(archive_read_new());
  archive_read_support_filter_gzip(handle.get());
  archive_read_support_filter_xz(handle.get());
  archive_read_support_filter_zstd(handle.get());
  archive_read_support_filter_bzip2(handle.get());
  archive_read_support_filter_lz4(handle.get());
  archive_read_support_format_tar(handle.get());
  archive_read_support_format_zip_streamable(handle.get());
  archive_read_support_format_raw(handle.get());
  return handle;
}

// The format of the first entry, as libarchive numbers them; RAW: the stream is one text. Absent: nothing can be read.
std::optional<int> open_first_entry(::archive* handle, Feed& feed) {
  ::archive_entry* entry = nullptr;
  if (archive_read_open(handle, &feed, nullptr, read_feed, nullptr) != ARCHIVE_OK ||
      archive_read_next_header(handle, &entry) != ARCHIVE_OK) {
    return std::nullopt;
  }
  return archive_format(handle);
}

// A compressed file as the text in it; everything that it is made of lives as long as it does.
class UnpackedStream : public ByteStream {
 public:
  UnpackedStream(std::unique_ptr<PeekedStream> packed, std::string name)
      : packed_(std::move(packed)), feed_{*packed_}, budget_{*packed_}, handle_(new_reader()), name_(std::move(name)) {}

  std::optional<Error> open() {
    const std::optional<int> format = open_first_entry(handle_.get(), feed_);
    if (!format) return Error{name_, why(handle_.get()), "is it complete?"};
    if (*format != ARCHIVE_FORMAT_RAW) {
      return Error{name_, "an archive, which grows by no line", "oomwhy list " + name_};
    }
    member_ = std::make_unique<MemberStream>(handle_.get(), name_, budget_);
    return std::nullopt;
  }
  std::size_t read(char* to, std::size_t size) override { return member_->read(to, size); }
  const Error* error() const override { return member_->error() != nullptr ? member_->error() : packed_->error(); }

 private:
  std::unique_ptr<PeekedStream> packed_;
  Feed feed_;
  Budget budget_;
  ArchiveHandle handle_;
  std::string name_;
  std::unique_ptr<MemberStream> member_;
};

class Unpacker {
 public:
  Unpacker(const PeekedStream& outermost, const MemberSink& sink) : budget_{outermost}, sink_(sink) {}

  void unpack(ByteStream& packed, const std::string& name, int depth) {
    const ArchiveHandle handle = new_reader();
    Feed feed{packed};
    if (archive_read_open(handle.get(), &feed, nullptr, read_feed, nullptr) != ARCHIVE_OK) {
      return tell(BlindSpotKind::Damaged, name, why(handle.get()));
    }
    ::archive_entry* entry = nullptr;
    int status = ARCHIVE_OK;
    while ((status = archive_read_next_header(handle.get(), &entry)) == ARCHIVE_OK || status == ARCHIVE_WARN) {
      if (!read_entry(handle.get(), entry, name, depth)) return;
    }
    if (status != ARCHIVE_EOF) tell(BlindSpotKind::Damaged, name, why(handle.get()));
    if (packed.error() != nullptr) tell(BlindSpotKind::Damaged, name, packed.error()->why);
  }

  std::vector<BlindSpot> take_spots() { return std::move(spots_); }

 private:
  void tell(BlindSpotKind kind, const std::string& name, const std::string& text) {
    spots_.push_back({kind, name + ": " + text});
  }

  // False: nothing behind it can be read.
  bool read_entry(::archive* handle, ::archive_entry* entry, const std::string& outer, int depth) {
    const bool raw = archive_format(handle) == ARCHIVE_FORMAT_RAW;
    if (!raw && archive_entry_filetype(entry) != AE_IFREG) return true;
    const char* path = archive_entry_pathname(entry);
    const std::string name = raw || path == nullptr ? outer : outer + "!" + path;
    MemberStream data(handle, name, budget_);
    PeekedStream member(std::make_unique<BorrowedStream>(data));
    const auto head = member.peek();
    if (is_journal_file(head)) {
      tell(BlindSpotKind::UnknownFormat, name,
           "a journal file in an archive is not read; unpack it and name it with --file");
    } else if (is_packed(head)) {
      read_nested(member, name, depth);
    } else if (head.find('\0') == std::string_view::npos) {
      sink_(std::make_unique<BorrowedStream>(member), name);
    }
    if (data.error() != nullptr) tell(BlindSpotKind::Damaged, name, data.error()->why);
    return data.error() == nullptr;
  }

  void read_nested(PeekedStream& member, const std::string& name, int depth) {
    if (depth + 1 >= kDepth) return tell(BlindSpotKind::UnknownFormat, name, "packed too deep to be read");
    unpack(member, name, depth + 1);
  }

  Budget budget_;
  const MemberSink& sink_;
  std::vector<BlindSpot> spots_;
};

}  // namespace

bool is_packed(std::string_view head) {
  for (const Magic& magic : kPacked) {
    if (head.size() >= magic.offset && head.substr(magic.offset).starts_with(magic.bytes)) return true;
  }
  return false;
}

Result<std::unique_ptr<ByteStream>> open_text(const std::string& path) {
  auto opened = open_bytes(path);
  if (!opened) return opened.error();
  auto stream = std::make_unique<PeekedStream>(std::move(*opened));
  if (!is_packed(stream->peek())) return std::unique_ptr<ByteStream>(std::move(stream));
  auto unpacked = std::make_unique<UnpackedStream>(std::move(stream), path);
  if (auto error = unpacked->open()) return *error;
  return std::unique_ptr<ByteStream>(std::move(unpacked));
}

bool is_archive(const std::string& path) {
  auto opened = open_bytes(path);
  if (!opened) return false;
  PeekedStream packed(std::move(*opened));
  if (!is_packed(packed.peek())) return false;
  const ArchiveHandle handle = new_reader();
  Feed feed{packed};
  const std::optional<int> format = open_first_entry(handle.get(), feed);
  return format && *format != ARCHIVE_FORMAT_RAW;
}

bool is_journal_file(std::string_view head) { return head.starts_with("LPKSHHRH"); }

std::vector<BlindSpot> unpack(PeekedStream& packed, const std::string& name, const MemberSink& member) {
  Unpacker unpacker(packed, member);
  unpacker.unpack(packed, name, 0);
  return unpacker.take_spots();
}

}  // namespace oomwhy
