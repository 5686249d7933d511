// Whole captures of real kernels: every lossless spelling of one boot's log gives the same lines as /dev/kmsg did, byte
// for byte. The folder is named by OOMWHY_CAPTURES; without it there is nothing to test.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "parser/archive.hpp"
#include "tests/parser/normalized.hpp"

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

struct File {
  std::string name;
  Lines lines;
};

// What the kernel itself printed. Processes write to /dev/kmsg, too; some forms say so, in others it can be seen.
Lines kernel_lines(TextSource& source) {
  Lines lines;
  for (const auto& line : test::normalize(source).lines) {
    if (line.transport != Transport::Userspace && !line.text.starts_with("systemd")) lines.push_back(line.text);
  }
  return lines;
}

std::vector<File> files_in(const fs::path& path) {
  std::vector<File> files;
  auto stream = open_bytes(path.string());
  REQUIRE(stream);
  PeekedStream packed(std::move(*stream));
  const auto blind_spots =
      unpack(packed, path.filename().string(), [&](std::unique_ptr<ByteStream> member, const std::string& name) {
        auto source = TextSource::from_stream(std::move(member), name);
        files.push_back({name, kernel_lines(source)});
      });
  CHECK(blind_spots.empty());
  return files;
}

Lines without_leading_blanks(Lines lines) {
  for (auto& line : lines) line.erase(0, line.find_first_not_of(' '));
  return lines;
}

// journalctl's short forms change tabs and hide bytes; rsyslog, the console and syslog(2) cut long records; -o cat has
// lost the names of the senders. These lose nothing.
bool is_lossless(std::string_view name) {
  if (name.find("dmesg-S") != std::string_view::npos) return false;
  for (const auto* form : {"dmesg", "dev-kmsg.raw", "journal-k-json", "journal-k-export", "journal-k-short-all"}) {
    if (name.find(form) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every lossless spelling of a captured log is the log of /dev/kmsg") {
  const char* folder = std::getenv("OOMWHY_CAPTURES");
  if (folder == nullptr) {
    WARN("OOMWHY_CAPTURES is not set: skipped");
    return;
  }
  for (const auto& kernel : fs::directory_iterator(folder)) {
    // A host's OOM, a cgroup's, one that overran the ring buffer, and every odd name.
    for (const auto* scenario : {"01-swarm-kills-db", "04b-memcg-oomgroup", "10a-crashloop-memcg", "11-weird-comms"}) {
      const auto capture = kernel.path() / scenario;
      if (!fs::exists(capture / "kmsg-follow.raw.zst")) continue;
      const auto reference = files_in(capture / "kmsg-follow.raw.zst").at(0).lines;
      REQUIRE(reference.size() > 300);
      int compared = 0;
      for (const auto& entry : fs::directory_iterator(capture)) {
        if (entry.path().extension() != ".zst") continue;
        for (auto& file : files_in(entry.path())) {
          if (!is_lossless(file.name)) continue;
          INFO(capture.string() << " " << file.name);
          ++compared;
          CHECK(file.lines.size() > 300);
          // Without any prefix, the blanks of a log that begins in a stack trace may be a paste's.
          const bool bare = file.name.ends_with("dmesg-t.txt");
          const auto wanted = bare ? without_leading_blanks(reference) : reference;
          if (bare) file.lines = without_leading_blanks(file.lines);
          // The ring buffer may have lost the beginning, and the reference goes on longer; nothing is missing between.
          CHECK(std::search(wanted.begin(), wanted.end(), file.lines.begin(), file.lines.end()) != wanted.end());
        }
      }
      CHECK(compared > 10);
    }
  }
}
