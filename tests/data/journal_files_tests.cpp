// The same entries in every layout of a journal file, and what is left of them in damaged ones.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>

#include "parser/journal_files.hpp"
#include "report/event_id.hpp"
#include "tests/data/case_folder.hpp"
#include "tests/data/journal_reading.hpp"
#include "tests/data/made_journal.hpp"
#include "tests/data/record_text.hpp"
#include "tests/data/run_program.hpp"

namespace oomwhy {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kKill = 1'763'431'361'000'000;  // 2025-11-18T02:02:41Z
const std::string kBoot = "b6c0a1d2e3f405162738495a6b7c8d41";

std::string testdata(const std::string& name) { return std::string(OOMWHY_TESTDATA) + "/" + name; }

std::vector<std::string> swarm_report() {
  return report_records(file_bytes(testdata("host-swarm-kills-database/input.dmesg.txt")));
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc).write(bytes.data(), std::streamsize(bytes.size()));
}

// Bytes in use, and a little of the zeros behind them.
std::string used_bytes(const std::string& file) {
  std::string bytes = file_bytes(file);
  const auto last = bytes.find_last_not_of('\0');
  return bytes.substr(0, std::min(bytes.size(), last + 4096));
}

// Whatever a file holds: an answer, an exit status of the contract, and no bomb.
void check_answered(const std::string& file) {
  const ProgramRun run = run_program({.arguments = {"--file", file, "-a", "-o", "json"}});
  INFO(run.errors);
  CHECK((run.exit_status == 0 || run.exit_status == 1 || run.exit_status == 3));
  CHECK(run.seconds < 20);
  CHECK(run.peak_kilobytes < 256 * 1024);
  const auto document = nlohmann::json::parse(run.output, nullptr, false);
  REQUIRE_FALSE(document.is_discarded());
  // A claim that nothing was there needs a whole file.
  if (run.exit_status == 3) CHECK_FALSE(document["coverage"]["complete"].get<bool>());
}

TEST_CASE("journals made from export text say what the text says, in every layout") {
  if (!can_make_journals()) return;
  for (const char* name : {"host-swarm-kills-database", "cgroup-oom-group", "odd-names", "cgroup-v1"}) {
    const std::string path = testdata(name) + "/input.journal.export";
    std::vector<std::string> ids;
    read_file(path, {}, [&](OomEvent event) { ids.push_back(event_id(event)); });
    REQUIRE_FALSE(ids.empty());
    for (const JournalLayout layout : {JournalLayout{false, false}, {true, false}, {false, true}, {true, true}}) {
      CAPTURE(name, layout.compressed, layout.compact);
      const MadeJournal made(file_bytes(path), layout);
      const JournalReading reading = read_journal_files({made.file()});
      CHECK_FALSE(reading.summary.error);
      CHECK(reading.summary.blind_spots.empty());
      std::vector<std::string> read;
      for (const OomEvent& event : reading.events) read.push_back(event_id(event));
      CHECK(read == ids);
    }
  }
}

TEST_CASE("a journal file's header tells when its first and last entries were written") {
  if (!can_make_journals()) return;
  const auto records = swarm_report();
  for (const JournalLayout layout : {JournalLayout{false, false}, {true, true}}) {
    const MadeJournal made(export_report(records, kKill, kBoot, 100), layout);
    const auto spans = measure_journal_files({made.file(), "/nonexistent.journal", testdata("odd-names/about.md")});
    REQUIRE(spans.size() == 1);
    CHECK(spans[0].path == made.file());
    CHECK(spans[0].first_us == kKill);
    CHECK(spans[0].last_us == kKill + 100 * static_cast<std::int64_t>(records.size() - 1));
  }
}

TEST_CASE("of the files in a host's folders those of the machine and the namespace are selected") {
  const std::string mine(32, 'a'), other(32, 'b');
  const std::string plain = "/var/log/journal/" + mine + "/system.journal";
  const std::string tenant = "/var/log/journal/" + mine + ".tenant/system.journal";
  const std::string foreign = "/var/log/journal/" + other + "/system.journal";
  const std::string loose = "/var/log/journal/loose.journal", remote = "/var/log/journal/remote/remote-x.journal";
  struct Row {
    std::string machine, name_space;
    std::vector<std::string> left;
  };
  for (const Row& row :
       {Row{mine, "", {plain, loose, remote}}, Row{"", "", {plain, foreign, loose, remote}},
        Row{mine, "tenant", {tenant, loose, remote}}, Row{mine, "+tenant", {plain, tenant, loose, remote}},
        Row{"", "*", {plain, tenant, foreign, loose, remote}}}) {
    CAPTURE(row.machine, row.name_space);
    CHECK(select_journal_files({plain, tenant, foreign, loose, remote}, row.machine, row.name_space) == row.left);
  }
}

TEST_CASE("a journal file cut off at any place is answered") {
  if (!can_make_journals()) return;
  const MadeJournal made(export_report(swarm_report(), kKill, kBoot), {.compressed = true});
  const std::string bytes = used_bytes(made.file());
  std::mt19937 random(4711);
  std::vector<std::size_t> lengths = {0, 1, 8, 100, 207, 208, 272, 4096, bytes.size() / 2, bytes.size() - 4096};
  for (int i = 0; i < 12; ++i) lengths.push_back(random() % bytes.size());
  for (const std::size_t length : lengths) {
    CAPTURE(length);
    const fs::path cut = made.folder() / "cut.journal";
    write_bytes(cut, bytes.substr(0, length));
    check_answered(cut.string());
  }
}

TEST_CASE("a journal file with flipped bytes is answered") {
  if (!can_make_journals()) return;
  const MadeJournal made(export_report(swarm_report(), kKill, kBoot), {.compact = true});
  const std::string bytes = used_bytes(made.file());
  std::mt19937 random(4712);
  for (int round = 0; round < 30; ++round) {
    CAPTURE(round);
    std::string flipped = bytes;
    const int flips = 1 << (round % 10);
    // The header and the objects behind it in turn.
    const std::size_t range = round % 3 == 0 ? 512 : flipped.size();
    for (int i = 0; i < flips; ++i) flipped[random() % range] ^= static_cast<char>(1U << (random() % 8));
    const fs::path file = made.folder() / "flipped.journal";
    write_bytes(file, flipped);
    check_answered(file.string());
  }
}

// Root may read everything.
class AsNobody {
 public:
  AsNobody() : user_(::geteuid()) {
    if (user_ == 0) REQUIRE(::seteuid(65534) == 0);
  }
  ~AsNobody() {
    if (::seteuid(user_) != 0) std::abort();
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  ::uid_t user_;
};

TEST_CASE("a journal file that may not be read is a blind spot beside those that can be") {
  if (!can_make_journals()) return;
  const MadeJournal made(export_report(swarm_report(), kKill, kBoot));
  const fs::path secret = made.folder() / "secret.journal";
  fs::copy_file(made.file(), secret);
  fs::permissions(made.folder(), fs::perms(0755));
  fs::permissions(made.file(), fs::perms(0644));
  fs::permissions(secret, fs::perms(0));
  const AsNobody nobody;
  const auto spots = inspect_journal_files({made.file(), secret.string()});
  REQUIRE(spots.size() == 1);
  CHECK(spots[0].kind == BlindSpotKind::Unreadable);
  CHECK(spots[0].detail == secret.string() + ": Permission denied");
  const JournalReading reading = read_journal_files({made.file()});
  CHECK(reading.events.size() == 1);
}

TEST_CASE("a file in a layout of a newer systemd is a blind spot beside those that can be read") {
  if (!can_make_journals()) return;
  const MadeJournal made(export_report(swarm_report(), kKill, kBoot));
  std::string bytes = file_bytes(made.file());
  bytes[12 + 3] = '\x40';  // le32 incompatible_flags at byte 12
  const fs::path newer = made.folder() / "newer.journal";
  write_bytes(newer, bytes);
  const ProgramRun run = run_program({.arguments = {"-D", made.folder().string(), "-o", "json"}});
  const auto document = nlohmann::json::parse(run.output);
  CHECK(document["incidents"].size() == 1);
  CHECK(document["coverage"]["blind_spots"][0]["kind"] == "unknown_format");
}

TEST_CASE("an empty folder is no journal, and one that is not there an error") {
  const fs::path folder = fs::temp_directory_path() / "oomwhy-empty-journal";
  fs::create_directories(folder);
  const ProgramRun empty = run_program({.arguments = {"-D", folder.string(), "-o", "json"}});
  CHECK(nlohmann::json::parse(empty.output)["coverage"]["blind_spots"][0]["kind"] == "no_journal");
  const ProgramRun absent = run_program({.arguments = {"-D", (folder / "nowhere").string()}});
  CHECK(absent.exit_status == 3);
  CHECK(absent.errors.find("nowhere") != std::string::npos);
  fs::remove(folder);
}

}  // namespace
}  // namespace oomwhy
