#include "parser/journal_objects.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace oomwhy {
namespace {

// struct Header of journal-def.h.
constexpr std::string_view kSignature = "LPKSHHRH";
constexpr std::size_t kIncompatibleFlags = 12;
constexpr std::size_t kSeqnumId = 72;
constexpr std::size_t kFieldTable = 120;
constexpr std::size_t kFieldTableSize = 128;
constexpr std::size_t kHeaderMin = 208;

// HEADER_INCOMPATIBLE_*: data may be compressed (1, 2, 8), which each object says; hashes may be keyed (4), which are
// not looked at here.
constexpr std::uint32_t kCompact = 16;
constexpr std::uint32_t kKnownFlags = 1 | 2 | 4 | 8 | kCompact;

constexpr std::size_t kObjectSize = 8;                        // struct ObjectHeader: where the size is
constexpr std::uint64_t kMostTable = std::uint64_t{1} << 20;  // journald's own is of 333 or 1023 buckets

}  // namespace

JournalObjects::JournalObjects(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  std::string header;
  if (!read_bytes(0, kHeaderMin, header) || header.size() < kHeaderMin || !header.starts_with(kSignature)) return;
  const auto flags = little_endian<std::uint32_t>(header.data() + kIncompatibleFlags);
  known_ = (flags & ~kKnownFlags) == 0;
  compact_ = (flags & kCompact) != 0;
  seqnum_id_ = journal_id(std::string_view(header).substr(kSeqnumId, 16));
  field_table_ = journal_number(header, kFieldTable);
  field_table_size_ = journal_number(header, kFieldTableSize);
}

JournalObjects::~JournalObjects() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool JournalObjects::read_field_table(std::string& table) const {
  if (field_table_ == 0 || field_table_size_ > kMostTable) return false;
  return read_bytes(field_table_, field_table_size_, table) && table.size() == field_table_size_;
}

bool JournalObjects::read_object(JournalOffset at, JournalObjectType type, std::size_t most,
                                 std::string& object) const {
  constexpr std::size_t kUsual = 512;
  if (!read_bytes(at, kUsual, object) || object.size() < kJournalObjectHeader) return false;
  const std::uint64_t size = journal_number(object, kObjectSize);
  if (size > most) return false;
  if (size > object.size() && !read_bytes(at, size, object)) return false;
  object.resize(journal_object_in(object, type).size());
  return !object.empty();
}

bool JournalObjects::read_bytes(JournalOffset from, std::size_t most, std::string& bytes) const {
  if (from > INT64_MAX) return false;
  bytes.resize(most);
  const auto size = ::pread(descriptor_, bytes.data(), most, static_cast<off_t>(from));
  bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return size > 0;
}

std::string_view journal_object_in(std::string_view bytes, JournalObjectType type) {
  if (bytes.size() < kJournalObjectHeader || bytes.front() != static_cast<char>(type)) return {};
  const std::uint64_t size = journal_number(bytes, kObjectSize);
  return size < kJournalObjectHeader || size > bytes.size() ? std::string_view() : bytes.substr(0, size);
}

std::string journal_id(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

}  // namespace oomwhy
