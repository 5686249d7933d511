#include "parser/journal_index.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "parser/journal_objects.hpp"
#include "parser/side_by_side.hpp"

namespace oomwhy {
namespace {

// Where journal-def.h has what is read here, in bytes from the begin of an object.
struct FieldObject {
  static constexpr std::size_t kNextOfBucket = 24, kNewestData = 32, kName = 40;
};
struct DataObject {
  static constexpr std::size_t kFlags = 1, kOlderOfField = 32, kFirstEntry = 40, kEntryArray = 48, kEntries = 56;
  static constexpr std::size_t kContent = 64, kCompactContent = 72;
};
struct EntryObject {
  static constexpr std::size_t kSeqnum = 16, kRealtime = 24, kMonotonic = 32, kBootId = 40, kFieldsHash = 56;
  static constexpr std::size_t kItems = 64, kItem = 16, kCompactItem = 4;
};
struct EntryArray {
  static constexpr std::size_t kNext = 16, kItems = 24, kItem = 8, kCompactItem = 4;
};

constexpr char kCompressions = 1 | 2 | 4;  // OBJECT_COMPRESSED_XZ, LZ4, ZSTD
constexpr std::string_view kMessage = "MESSAGE=";

constexpr int kMostNames = 65'536;               // names of fields in a file
constexpr int kMostContents = 64;                // of PRIORITY and the like
constexpr std::uint64_t kMostEntries = 262'144;  // of one content in a file: 2 MiB of offsets
constexpr std::size_t kMostRemembered = 65'536;

// In bytes, with what stands before: of a field's name journald takes 64, of what is searched for none is long, and an
// entry may have 1024 items of 16.
constexpr std::size_t kLongestName = 512;
constexpr std::size_t kLongestContent = 4096;
constexpr std::size_t kLongestEntry = 32'768;
constexpr std::size_t kLongestMessage = std::size_t{16} << 20;
constexpr std::size_t kLongestArray = kMostEntries * 8 * 2;

// An entry's own data, its message for one, was written just before it: one read brings both.
constexpr std::size_t kBefore = 1024;
constexpr std::size_t kBehind = 512;

using Offsets = std::vector<JournalOffset>;  // ascending

std::string_view content_of(const JournalObjects& file, std::string_view data) {
  const std::size_t at = file.is_compact() ? DataObject::kCompactContent : DataObject::kContent;
  return data.size() < at ? std::string_view() : data.substr(at);
}

bool is_compressed(std::string_view data) { return (data[DataObject::kFlags] & kCompressions) != 0; }

// The offset that an item of an entry or an array is or begins with.
JournalOffset offset_at(const JournalObjects& file, std::string_view object, std::size_t at) {
  return file.is_compact() ? little_endian<std::uint32_t>(object.data() + at) : journal_number(object, at);
}

// The newest data object of a field; 0: no entry has the field. Absent: damaged.
std::optional<JournalOffset> find_newest_data(const JournalObjects& file, std::string_view name) {
  std::string table;
  std::string object;
  if (!file.read_field_table(table)) return std::nullopt;
  int names = 0;
  for (std::size_t bucket = 0; bucket + 16 <= table.size(); bucket += 16) {
    for (JournalOffset at = journal_number(table, bucket); at != 0;
         at = journal_number(object, FieldObject::kNextOfBucket)) {
      if (!file.read_object(at, JournalObjectType::Field, kLongestName, object) || object.size() < FieldObject::kName ||
          ++names > kMostNames) {
        return std::nullopt;
      }
      if (std::string_view(object).substr(FieldObject::kName) == name) {
        return journal_number(object, FieldObject::kNewestData);
      }
    }
  }
  return 0;
}

// Adds what one array of entries holds of the `left` ones, and goes on to the next. False: damaged.
bool add_array(const JournalObjects& file, JournalOffset& array, std::uint64_t& left, Offsets& entries) {
  std::string object;
  if (!file.read_object(array, JournalObjectType::EntryArray, kLongestArray, object) ||
      object.size() < EntryArray::kItems) {
    return false;
  }
  const std::size_t item = file.is_compact() ? EntryArray::kCompactItem : EntryArray::kItem;
  for (std::size_t at = EntryArray::kItems; at + item <= object.size() && left > 0; at += item, --left) {
    const JournalOffset entry = offset_at(file, object, at);
    if (!entries.empty() && entry <= entries.back()) return false;
    entries.push_back(entry);
  }
  const JournalOffset next = journal_number(object, EntryArray::kNext);
  if (next != 0 && next <= array) return false;
  array = next;
  return true;
}

// All entries that hold what a data object says. Absent: damaged, or too many.
std::optional<Offsets> entries_of(const JournalObjects& file, std::string_view data) {
  std::uint64_t left = journal_number(data, DataObject::kEntries);
  if (left > kMostEntries) return std::nullopt;
  Offsets entries;
  entries.reserve(left);
  if (left-- == 0) return entries;
  entries.push_back(journal_number(data, DataObject::kFirstEntry));
  JournalOffset array = journal_number(data, DataObject::kEntryArray);
  while (left > 0) {
    if (array == 0 || !add_array(file, array, left, entries)) return std::nullopt;
  }
  return entries;
}

void unite(Offsets& all, Offsets more) {
  if (all.empty()) return all.swap(more);
  const auto middle = static_cast<std::ptrdiff_t>(all.size());
  all.insert(all.end(), more.begin(), more.end());
  std::inplace_merge(all.begin(), all.begin() + middle, all.end());
}

void keep_common(Offsets& some, const Offsets& others) {
  auto other = others.begin();
  std::erase_if(some, [&](JournalOffset offset) {
    other = std::lower_bound(other, others.end(), offset);
    return other == others.end() || *other != offset;
  });
}

// Entries that hold one of the matches of one field. Absent: damaged, or too many.
std::optional<Offsets> find_any_of(const JournalObjects& file, const std::vector<std::string_view>& matches) {
  Offsets entries;
  std::string data;
  auto at = find_newest_data(file, field_of(matches.front()));
  int contents = 0;
  while (at && *at != 0) {
    if (!file.read_object(*at, JournalObjectType::Data, kLongestContent, data) || content_of(file, data).empty() ||
        ++contents > kMostContents) {
      return std::nullopt;
    }
    if (std::find(matches.begin(), matches.end(), content_of(file, data)) != matches.end()) {
      auto more = entries_of(file, data);
      if (!more) return std::nullopt;
      unite(entries, std::move(*more));
    }
    at = journal_number(data, DataObject::kOlderOfField);
  }
  if (!at) return std::nullopt;
  return entries;
}

std::optional<Offsets> find_all_of(const JournalObjects& file, const std::vector<std::string_view>& matches) {
  std::optional<Offsets> entries;
  for (auto from = matches.begin(); from != matches.end();) {
    const auto to = std::find_if(from, matches.end(), [&](auto match) { return field_of(match) != field_of(*from); });
    auto of_field = find_any_of(file, {from, to});
    if (!of_field) return std::nullopt;
    if (entries) keep_common(*of_field, *entries);
    entries = std::move(of_field);
    from = to;
  }
  return entries;
}

IndexedEntry describe(const JournalObjects& file, std::string_view entry) {
  IndexedEntry found;
  const std::uint64_t realtime = journal_number(entry, EntryObject::kRealtime);
  found.boot_id = journal_id(entry.substr(EntryObject::kBootId, 16));
  found.realtime_us = static_cast<std::int64_t>(realtime);
  found.monotonic_us = journal_number(entry, EntryObject::kMonotonic);
  found.fields_hash = journal_number(entry, EntryObject::kFieldsHash);
  found.cursor = fmt::format("s={};i={:x};b={};m={:x};t={:x};x={:x}", file.seqnum_id(),
                             journal_number(entry, EntryObject::kSeqnum), found.boot_id, found.monotonic_us, realtime,
                             found.fields_hash);
  return found;
}

// What entries say, one after the other.
class MessageReader {
 public:
  MessageReader(const JournalObjects& file, const std::function<bool(std::string_view)>& is_wanted)
      : file_(file), is_wanted_(is_wanted) {}

  enum class Outcome { Wanted, Unwanted, Damaged };
  Outcome read(JournalOffset at) {
    begin_ = at - std::min<JournalOffset>(at, kBefore);
    if (!file_.read_bytes(begin_, kBefore + kBehind, around_)) return Outcome::Damaged;
    entry_ = object_at(at, JournalObjectType::Entry, kLongestEntry, apart_entry_);
    return entry_.size() < EntryObject::kItems ? Outcome::Damaged : look_at_items();
  }

  // The entry that was wanted.
  IndexedEntry take() {
    IndexedEntry found = describe(file_, entry_);
    found.message = std::move(message_);
    return found;
  }

 private:
  std::string_view object_at(JournalOffset at, JournalObjectType type, std::size_t most, std::string& apart) {
    if (at >= begin_ && at - begin_ < around_.size()) {
      const auto object = journal_object_in(std::string_view(around_).substr(at - begin_), type);
      if (!object.empty()) return object;
    }
    return file_.read_object(at, type, most, apart) ? std::string_view(apart) : std::string_view();
  }

  // The first message counts, as for the library.
  Outcome look_at_items() {
    message_.reset();
    const std::size_t item = file_.is_compact() ? EntryObject::kCompactItem : EntryObject::kItem;
    for (std::size_t at = EntryObject::kItems; at + item <= entry_.size(); at += item) {
      const JournalOffset offset = offset_at(file_, entry_, at);
      if (others_.count(offset) > 0) continue;
      const auto data = object_at(offset, JournalObjectType::Data, kLongestMessage, apart_data_);
      const auto content = content_of(file_, data);
      if (content.empty()) return Outcome::Damaged;
      if (is_compressed(data)) return Outcome::Wanted;
      if (content.starts_with(kMessage)) return take_message(content.substr(kMessage.size()));
      if (offset < begin_ && others_.size() < kMostRemembered) others_.insert(offset);
    }
    return Outcome::Unwanted;
  }

  Outcome take_message(std::string_view message) {
    if (!is_wanted_(message)) return Outcome::Unwanted;
    message_ = message;
    return Outcome::Wanted;
  }

  const JournalObjects& file_;
  const std::function<bool(std::string_view)>& is_wanted_;
  JournalOffset begin_ = 0;
  std::string around_, apart_entry_, apart_data_;
  std::string_view entry_;
  std::optional<std::string> message_;
  std::unordered_set<JournalOffset> others_;  // data objects that many entries share, and that are no message
};

std::optional<std::int64_t> realtime_at(const JournalObjects& file, JournalOffset entry, std::string& bytes) {
  if (!file.read_bytes(entry + EntryObject::kRealtime, sizeof(std::int64_t), bytes)) return std::nullopt;
  if (bytes.size() < sizeof(std::int64_t)) return std::nullopt;
  return static_cast<std::int64_t>(journal_number(bytes, 0));
}

// Time goes on in a file, as the library takes it, too: no other entries are looked at. False: damaged.
bool narrow(const JournalObjects& file, const IndexSearch& search, Offsets& entries) {
  std::string bytes;
  if (!entries.empty() && !realtime_at(file, entries.back(), bytes)) return false;
  const auto is_before = [&](JournalOffset entry) { return realtime_at(file, entry, bytes) < search.since_us; };
  const auto is_no_later = [&](JournalOffset entry) { return realtime_at(file, entry, bytes) <= search.until_us; };
  if (search.until_us) entries.erase(std::partition_point(entries.begin(), entries.end(), is_no_later), entries.end());
  if (search.since_us) entries.erase(entries.begin(), std::partition_point(entries.begin(), entries.end(), is_before));
  return true;
}

std::optional<std::vector<IndexedEntry>> find_in_file(const std::string& path, const IndexSearch& search) {
  const JournalObjects file(path);
  if (!file.is_known()) return std::nullopt;
  auto entries = find_all_of(file, search.matches);
  if (!entries || !narrow(file, search, *entries)) return std::nullopt;
  MessageReader reader(file, search.is_wanted);
  std::vector<IndexedEntry> found;
  for (const JournalOffset at : *entries) {
    const auto outcome = reader.read(at);
    if (outcome == MessageReader::Outcome::Damaged) return std::nullopt;
    if (outcome == MessageReader::Outcome::Wanted) found.push_back(reader.take());
  }
  return found;
}

// Of entries that were copied from one file to another only the first is kept.
std::vector<IndexedEntry> without_copies(std::vector<IndexedEntry> entries) {
  std::set<std::tuple<std::string, std::int64_t, std::uint64_t, std::uint64_t>> known;
  std::vector<IndexedEntry> once;
  for (IndexedEntry& entry : entries) {
    if (known.emplace(entry.boot_id, entry.realtime_us, entry.monotonic_us, entry.fields_hash).second)
      once.push_back(std::move(entry));
  }
  return once;
}

}  // namespace

std::string_view field_of(std::string_view match) { return match.substr(0, match.find('=')); }

std::optional<std::vector<IndexedEntry>> find_indexed(const std::vector<std::string>& files, const IndexSearch& search,
                                                      std::size_t threads) {
  std::vector<std::optional<std::vector<IndexedEntry>>> found(files.size());
  side_by_side(files.size(), threads, [&](std::size_t i) { found[i] = find_in_file(files[i], search); });
  std::vector<IndexedEntry> entries;
  for (auto& in_file : found) {
    if (!in_file) return std::nullopt;
    std::move(in_file->begin(), in_file->end(), std::back_inserter(entries));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const IndexedEntry& a, const IndexedEntry& b) { return a.realtime_us < b.realtime_us; });
  return without_copies(std::move(entries));
}

}  // namespace oomwhy
