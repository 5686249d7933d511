#include "parser/journal_objects.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include "parser/archive.hpp"
#include "parser/journal_header.hpp"

namespace oomwhy {
namespace {

constexpr std::size_t kObjectSize = 8;                        // struct ObjectHeader: where the size is
constexpr std::uint64_t kMostTable = std::uint64_t{1} << 20;  // journald's own is of 333 or 1023 buckets

}  // namespace

JournalObjects::JournalObjects(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  std::string header;
  constexpr std::size_t kSize = JournalHeader::kSize;
  if (!read_bytes(0, kSize, header) || header.size() < kSize || !is_journal_file(header)) return;
  // That data is compressed each object says by itself; hashes, which may be keyed, are not looked at here.
  known_ = JournalHeader::has_known_layout(header);
  compact_ = (JournalHeader::flags(header) & JournalHeader::kCompact) != 0;
  seqnum_id_ = journal_id(std::string_view(header).substr(JournalHeader::kSeqnumId, 16));
  field_table_ = journal_number(header, JournalHeader::kFieldTable);
  field_table_size_ = journal_number(header, JournalHeader::kFieldTableSize);
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
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace oomwhy
