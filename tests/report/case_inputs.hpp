// The cases of testdata/: their folders and the spellings of their logs.
#pragma once

#include <algorithm>
#include <filesystem>
#include <vector>

namespace oomwhy {

inline std::vector<std::filesystem::path> case_folders() {
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(OOMWHY_TESTDATA)) {
    // testdata/fuzz/ is no case.
    if (std::filesystem::exists(entry.path() / "expected.facts.json")) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

inline std::vector<std::filesystem::path> spellings_of(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("input.")) inputs.push_back(entry.path());
  }
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

// The spelling that loses nothing, else the first.
inline std::filesystem::path fullest_input(const std::filesystem::path& folder) {
  const std::filesystem::path whole = folder / "input.kmsg.txt";
  return std::filesystem::exists(whole) ? whole : spellings_of(folder).front();
}

}  // namespace oomwhy
