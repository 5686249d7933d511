// What is read out of journal files without libsystemd is what the library finds in them.
#include "parser/journal_index.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "parser/source_journal.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/made_journal.hpp"

namespace oomwhy {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kBegin = 1'763'431'361 * kSecond;  // 2025-11-18T02:02:41Z
const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";
const std::string kOtherBoot = "0f0e0d0c0b0a09080706050403020100";

bool is_odd(std::string_view message) { return message.starts_with("odd"); }
const IndexSearch kOddWarnings{.matches = {"_TRANSPORT=kernel", "PRIORITY=4", "PRIORITY=5"}, .is_wanted = is_odd};

// Odd and even warnings of the kernel, each between lines that are not: of another priority, of another sender.
std::string many_lines(std::int64_t from_us, int count, const std::string& boot = kBoot) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    const std::int64_t at = from_us + 3 * i;
    text += export_entry(at, boot, kernel_record("odd, but of no weight " + number, 6));
    text += export_entry(at + 1, boot, {{"_TRANSPORT", "syslog"}, {"PRIORITY", "4"}, {"MESSAGE", "odd " + number}});
    text += export_entry(at + 2, boot, kernel_record((i % 2 == 0 ? "even " : "odd ") + number, 4 + i % 3 / 2));
  }
  return text;
}

std::vector<std::string> messages_of(const std::vector<IndexedEntry>& entries) {
  std::vector<std::string> messages;
  for (const IndexedEntry& entry : entries) messages.push_back(entry.message.value_or("(compressed)"));
  return messages;
}

TEST_CASE("the entries that hold all the fields are found in every layout, and the library knows their cursors") {
  if (!can_make_journals()) return;
  for (const bool compact : {false, true}) {
    CAPTURE(compact);
    const MadeJournal made(many_lines(kBegin, 600), {.compact = compact});
    const auto found = find_indexed({made.file()}, kOddWarnings, 1);
    REQUIRE(found);
    REQUIRE(found->size() == 300);
    for (std::size_t i = 0; i < found->size(); ++i) {
      const IndexedEntry& entry = (*found)[i];
      const auto number = static_cast<std::int64_t>(2 * i + 1);
      REQUIRE(entry.message == "odd " + std::to_string(number));
      REQUIRE(entry.realtime_us == kBegin + 3 * number + 2);
      REQUIRE(entry.boot_id == kBoot);
      REQUIRE(find_cursor({.files = {made.file()}}, entry.cursor) == entry.realtime_us);
    }
  }
}

TEST_CASE("a message that is compressed is left to the library") {
  if (!can_make_journals()) return;
  const std::string text = export_entry(kBegin, kBoot, kernel_record("even " + std::string(4096, 'e'), 4)) +
                           export_entry(kBegin + 1, kBoot, kernel_record("even", 4)) +
                           export_entry(kBegin + 2, kBoot, kernel_record("odd", 4));
  const MadeJournal made(text, {.compressed = true});
  const auto left = find_indexed({made.file()}, kOddWarnings, 1);
  REQUIRE(left);
  CHECK(messages_of(*left) == std::vector<std::string>{"(compressed)", "odd"});
}

TEST_CASE("any number of threads finds the same in several files, by time") {
  if (!can_make_journals()) return;
  const MadeJournal last(many_lines(kBegin + 20 * kSecond, 50, kOtherBoot));
  const MadeJournal first(many_lines(kBegin, 300));
  const MadeJournal beside(many_lines(kBegin + 1, 200, kOtherBoot));
  const std::vector<std::string> files{last.file(), first.file(), beside.file()};
  const auto one = find_indexed(files, kOddWarnings, 1);
  REQUIRE(one);
  REQUIRE(one->size() == 275);
  CHECK(std::is_sorted(one->begin(), one->end(),
                       [](const IndexedEntry& a, const IndexedEntry& b) { return a.realtime_us < b.realtime_us; }));
  for (const std::size_t threads : {2U, 3U, 16U}) {
    const auto several = find_indexed(files, kOddWarnings, threads);
    REQUIRE(several);
    REQUIRE(several->size() == one->size());
    for (std::size_t i = 0; i < one->size(); ++i) REQUIRE((*several)[i].cursor == (*one)[i].cursor);
  }
}

TEST_CASE("an entry that stands in two files is found once") {
  if (!can_make_journals()) return;
  const MadeJournal made(many_lines(kBegin, 10));
  const std::string copy = (made.folder() / "copy.journal").string();
  std::filesystem::copy_file(made.file(), copy);
  const auto found = find_indexed({made.file(), copy}, kOddWarnings, 2);
  REQUIRE(found);
  CHECK(found->size() == 5);
}

TEST_CASE("entries outside the interval are not found") {
  if (!can_make_journals()) return;
  const MadeJournal made(many_lines(kBegin, 100));
  IndexSearch search = kOddWarnings;
  search.since_us = kBegin + 3 * 11 + 2;
  search.until_us = kBegin + 3 * 15 + 2;
  const auto found = find_indexed({made.file()}, search, 1);
  REQUIRE(found);
  CHECK(messages_of(*found) == std::vector<std::string>{"odd 11", "odd 13", "odd 15"});
}

TEST_CASE("a field or a content that no entry has is found nowhere") {
  if (!can_make_journals()) return;
  const MadeJournal made(many_lines(kBegin, 10));
  for (const std::string_view match : {"PRIORITY=0", "NEVER_SEEN=1"}) {
    const auto found = find_indexed({made.file()}, {.matches = {"_TRANSPORT=kernel", match}, .is_wanted = is_odd}, 1);
    REQUIRE(found);
    CHECK(found->empty());
  }
}

// Wherever the damage is: either it is seen, and the library has to look, or no more is found than was written.
TEST_CASE("a damaged journal file makes nothing up") {
  if (!can_make_journals()) return;
  const MadeJournal made(many_lines(kBegin, 40));
  // What was written; the rest of the file was only set aside.
  std::string bytes = file_bytes(made.file());
  bytes.resize(bytes.find_last_not_of('\0') + 1);
  const std::string damaged = (made.folder() / "damaged.journal").string();
  std::ofstream(damaged, std::ios::binary) << bytes;
  std::fstream file(damaged, std::ios::binary | std::ios::in | std::ios::out);
  const auto put = [&](std::size_t at, const std::string& part) {
    file.seekp(static_cast<std::streamoff>(at));
    file << part << std::flush;
  };
  for (std::size_t at = 0; at < bytes.size(); at += bytes.size() / 400) {
    put(at, std::string(std::min<std::size_t>(64, bytes.size() - at), static_cast<char>(0xff)));
    const auto found = find_indexed({damaged}, kOddWarnings, 1);
    CHECK((!found || found->size() <= 20));
    put(at, bytes.substr(at, 64));
  }
  CHECK(find_indexed({damaged}, kOddWarnings, 1));
  for (std::size_t size = bytes.size(); size > 400; size -= size / 50) {
    std::filesystem::resize_file(damaged, size);
    const auto found = find_indexed({damaged}, kOddWarnings, 1);
    CHECK((!found || found->size() <= 20));
  }
  CHECK_FALSE(find_indexed({(made.folder() / "absent.journal").string()}, kOddWarnings, 1));
}

}  // namespace
}  // namespace oomwhy
