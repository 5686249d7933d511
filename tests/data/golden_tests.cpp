// The whole of what the program prints for each case, compared byte by byte with the files that were read and accepted.
// tests/accept-goldens writes them anew; its diff is to be read before it is committed.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "tests/data/case_folder.hpp"
#include "tests/data/run_program.hpp"

namespace oomwhy {
namespace {

struct Golden {
  const char* file;
  std::vector<std::string> arguments;
};

const std::vector<Golden>& goldens() {
  static const std::vector<Golden> all{
      {"expected.txt", {"explain", "--all", "--no-pager", "--utc", "--color=never", "-o", "text"}},
      {"expected.json", {"explain", "--all", "-o", "json"}},
      {"expected.md", {"report", "--all", "-o", "markdown"}},
  };
  return all;
}

// A new version of the program is no difference.
std::string without_version(std::string text) {
  for (const std::string before : {"oomwhy ", "\"version\": \""}) {
    const std::string versioned = before + OOMWHY_VERSION;
    for (auto at = text.find(versioned); at != std::string::npos; at = text.find(versioned, at)) {
      text.replace(at, versioned.size(), before + "VERSION");
    }
  }
  return text;
}

ProgramRun run_golden(const CaseFolder& folder, const Golden& golden) {
  ProgramStart start{golden.arguments, folder.path, {}};
  start.arguments.insert(start.arguments.end(), {"-i", golden_input(folder).filename().string()});
  return run_program(start);
}

void accept(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

// The kernel's, or a userspace killer's that the log tells of.
bool tells_of_a_kill(const CaseFolder& folder) {
  return !folder.facts["events"].empty() || folder.facts.value("userspace_kills", 0) > 0;
}

TEST_CASE("what is printed for a case is what was read and accepted", "[golden]") {
  const bool accepting = std::getenv("OOMWHY_ACCEPT_GOLDENS") != nullptr;
  for (const CaseFolder& folder : all_cases()) {
    for (const Golden& golden : goldens()) {
      const ProgramRun run = run_golden(folder, golden);
      const std::string text = without_version(run.output);
      const auto file = folder.path / golden.file;
      INFO(file.string() << " " << run.errors);
      CHECK(run.exit_status == (tells_of_a_kill(folder) ? 0 : 1));
      if (accepting) accept(file, text);
      CHECK(text == file_bytes(file));
    }
  }
}

}  // namespace
}  // namespace oomwhy
