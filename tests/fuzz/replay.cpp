// Runs files through their targets: replay FOLDER, with a folder below it for each target. Ends badly where a file
// breaks something.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/fuzz/targets.hpp"

namespace oomwhy::fuzz {
namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

int replay(const std::filesystem::path& folder) {
  std::size_t files = 0;
  for (const Target& target : targets()) {
    std::error_code none;
    for (const auto& file : std::filesystem::directory_iterator(folder / target.name, none)) {
      std::printf("%s\n", file.path().c_str());
      std::fflush(stdout);
      target.run(bytes_of(file.path()));
      ++files;
    }
  }
  std::printf("%zu files\n", files);
  return files == 0 ? 1 : 0;
}

}  // namespace
}  // namespace oomwhy::fuzz

int main(int argc, char** argv) { return argc == 2 ? oomwhy::fuzz::replay(argv[1]) : 2; }
