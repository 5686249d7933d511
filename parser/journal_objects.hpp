// A journal file as the objects that it consists of (systemd.io/JOURNAL_FILE_FORMAT), read and not mapped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "parser/little_endian.hpp"

namespace oomwhy {

using JournalOffset = std::uint64_t;  // bytes from the begin of the file; 0: no object

enum class JournalObjectType : unsigned char { Data = 1, Field = 2, Entry = 3, EntryArray = 6 };

class JournalObjects {
 public:
  explicit JournalObjects(const std::string& path);
  ~JournalObjects();
  JournalObjects(const JournalObjects&) = delete;
  JournalObjects& operator=(const JournalObjects&) = delete;

  // False: the file cannot be read, or is of a layout not known here.
  bool is_known() const { return known_; }
  // The layout with offsets of 32 bits in arrays and entries.
  bool is_compact() const { return compact_; }
  const std::string& seqnum_id() const { return seqnum_id_; }  // 32 hex digits

  // The table of field names: for each bucket, the offsets of its first and its last object. False: damaged.
  bool read_field_table(std::string& table) const;
  // A whole object of up to `most` bytes. False: none of that type is there, or it is larger.
  bool read_object(JournalOffset at, JournalObjectType type, std::size_t most, std::string& object) const;
  // Up to `most` bytes, fewer at the end of the file. False: there are none.
  bool read_bytes(JournalOffset from, std::size_t most, std::string& bytes) const;

 private:
  int descriptor_ = -1;
  bool known_ = false;
  bool compact_ = false;
  std::string seqnum_id_;
  JournalOffset field_table_ = 0;
  std::uint64_t field_table_size_ = 0;
};

constexpr std::size_t kJournalObjectHeader = 16;  // bytes, before what an object is about

// The object with which `bytes` begin; empty: it is not there as a whole.
std::string_view journal_object_in(std::string_view bytes, JournalObjectType type);

// A number of an object, at a place that is within it.
inline std::uint64_t journal_number(std::string_view object, std::size_t at) {
  return little_endian<std::uint64_t>(object.data() + at);
}

// A 128-bit id as 32 hex digits.
std::string journal_id(std::string_view bytes);

}  // namespace oomwhy
