#include "parser/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <vector>

#include "parser/source_text.hpp"

using namespace oomwhy;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// An archive in memory, made by the library's writer: `set_format` and `set_filter` are its functions.
std::string packed(const Files& files, int (*set_format)(::archive*), int (*set_filter)(::archive*)) {
  std::string out(8 << 20, '\0');
  std::size_t used = 0;
  ::archive* writer = archive_write_new();
  REQUIRE(set_format(writer) == ARCHIVE_OK);
  REQUIRE(set_filter(writer) == ARCHIVE_OK);
  archive_write_set_bytes_in_last_block(writer, 1);
  REQUIRE(archive_write_open_memory(writer, out.data(), out.size(), &used) == ARCHIVE_OK);
  for (const auto& [name, text] : files) {
    ::archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    REQUIRE(archive_write_header(writer, entry) == ARCHIVE_OK);
    archive_write_data(writer, text.data(), text.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

class MemoryStream : public ByteStream {
 public:
  explicit MemoryStream(std::string bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(char* to, std::size_t size) override {
    const auto count = std::min(size, bytes_.size() - at_);
    std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }
  const Error* error() const override { return nullptr; }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

struct Unpacked {
  Files files;
  std::vector<BlindSpot> spots;
};

Unpacked unpack_all(const std::string& bytes, const std::string& name) {
  Unpacked result;
  PeekedStream stream(std::make_unique<MemoryStream>(bytes));
  REQUIRE(is_packed(stream.peek()));
  result.spots = unpack(stream, name, [&](std::unique_ptr<ByteStream> member, const std::string& member_name) {
    std::string text;
    TextSource source = TextSource::from_stream(std::move(member), member_name);
    for (PhysicalLine line; source.next(line);) text += std::string(line.bytes) + "\n";
    result.files.emplace_back(member_name, text);
  });
  return result;
}

const std::string kLog = "line one\nline two\n";

}  // namespace

TEST_CASE("every compression is told by content and keeps the file's own name") {
  struct Row {
    const char* name;
    int (*filter)(::archive*);
  };
  for (const Row& row : {Row{"gzip", archive_write_add_filter_gzip}, Row{"xz", archive_write_add_filter_xz},
                         Row{"zstd", archive_write_add_filter_zstd}, Row{"bzip2", archive_write_add_filter_bzip2},
                         Row{"lz4", archive_write_add_filter_lz4}}) {
    CAPTURE(row.name);
    const auto unpacked =
        unpack_all(packed({{"kern.log", kLog}}, archive_write_set_format_raw, row.filter), "kern.log.x");
    CHECK(unpacked.files == Files{{"kern.log.x", kLog}});
    CHECK(unpacked.spots.empty());
  }
}

TEST_CASE("members of an archive are named behind the archive's name") {
  const Files files{{"sos/var/log/messages", kLog}, {"sos/proc/cmdline", "quiet\n"}};
  const auto unpacked =
      unpack_all(packed(files, archive_write_set_format_ustar, archive_write_add_filter_xz), "sos.tar.xz");
  CHECK(unpacked.files == Files{{"sos.tar.xz!sos/var/log/messages", kLog}, {"sos.tar.xz!sos/proc/cmdline", "quiet\n"}});
}

TEST_CASE("a compressed log inside an archive is read, too") {
  const auto inner = packed({{"x", kLog}}, archive_write_set_format_raw, archive_write_add_filter_gzip);
  const auto unpacked = unpack_all(
      packed({{"kern.log.2.gz", inner}}, archive_write_set_format_ustar, archive_write_add_filter_none), "a.tar");
  CHECK(unpacked.files == Files{{"a.tar!kern.log.2.gz", kLog}});
}

TEST_CASE("a truncated file gives what could be read and a blind spot") {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "line " + std::to_string(i * 7919 % 100003) + "\n";
  const auto whole = packed({{"x", text}}, archive_write_set_format_raw, archive_write_add_filter_gzip);
  const auto unpacked = unpack_all(whole.substr(0, whole.size() / 2), "kern.log.gz");
  REQUIRE(unpacked.files.size() == 1);
  CHECK(unpacked.files[0].second.size() > 1000);
  CHECK(text.starts_with(unpacked.files[0].second.substr(0, 1000)));
  REQUIRE_FALSE(unpacked.spots.empty());
  CHECK(unpacked.spots[0].kind == BlindSpotKind::Damaged);
}

TEST_CASE("archives in archives end at a depth") {
  std::string bytes = kLog;
  for (int i = 0; i < 6; ++i)
    bytes = packed({{"x.tar", bytes}}, archive_write_set_format_ustar, archive_write_add_filter_none);
  const auto unpacked = unpack_all(bytes, "x.tar");
  CHECK(unpacked.files.empty());
  REQUIRE(unpacked.spots.size() == 1);
  CHECK(unpacked.spots[0].kind == BlindSpotKind::UnknownFormat);
}

TEST_CASE("binary members are passed over, a journal file is named") {
  const Files files{{"a.bin", std::string("\0\1\2", 3)}, {"system.journal", "LPKSHHRH and more"}, {"log", kLog}};
  const auto unpacked =
      unpack_all(packed(files, archive_write_set_format_ustar, archive_write_add_filter_none), "a.tar");
  CHECK(unpacked.files == Files{{"a.tar!log", kLog}});
  REQUIRE(unpacked.spots.size() == 1);
  CHECK(unpacked.spots[0].kind == BlindSpotKind::UnknownFormat);
}

TEST_CASE("plain text is not packed") {
  for (const std::string_view text : {"[    0.000000] Linux version 6.1", "BZ", "PK", "", "\x1f", "ustar"}) {
    CAPTURE(text);
    CHECK_FALSE(is_packed(text));
  }
}

TEST_CASE("noise behind a magic number is damage, not a crash") {
  std::string noise("\x1f\x8b\x08\x00", 4);
  for (int i = 0; i < 5000; ++i) noise += static_cast<char>(i * 37 % 251);
  const auto unpacked = unpack_all(noise, "noise.gz");
  CHECK_FALSE(unpacked.spots.empty());
}
