// Captured kills with what /proc said a moment before: the folders below $OOMWHY_CAPTURES, packed or unpacked.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "parser/archive.hpp"
#include "parser/reader.hpp"

namespace oomwhy {

inline std::vector<OomEvent> read_events(const std::string& path) {
  std::vector<OomEvent> events;
  read_file(path, ReadOptions{}, [&events](OomEvent event) { events.push_back(std::move(event)); });
  return events;
}

// Folders with truth/scenario.json, sorted; none where the variable is not set.
inline std::vector<std::filesystem::path> capture_folders() {
  std::vector<std::filesystem::path> folders;
  const char* const root = std::getenv("OOMWHY_CAPTURES");
  if (root == nullptr) return folders;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().filename() == "scenario.json") folders.push_back(entry.path().parent_path().parent_path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

// All of a file of a capture, which may lie there packed; empty where it does not.
inline std::string capture_text(std::filesystem::path path) {
  if (!std::filesystem::exists(path)) path += ".zst";
  if (!std::filesystem::exists(path)) return {};
  auto stream = open_text(path.string());
  std::string text;
  char block[65536];
  while (stream) {
    const std::size_t count = (*stream)->read(block, sizeof block);
    if (count == 0) break;
    text.append(block, count);
  }
  return text;
}

// The most complete text form of a capture: everything that /dev/kmsg gave while it ran, or (a panic) the console.
inline std::string complete_log(const std::filesystem::path& capture) {
  const bool panic = capture.filename().string().starts_with("09c");
  for (const char* const name : {"kmsg-follow.raw", "dmesg.txt", "console.log"}) {
    if (panic && std::string(name) != "console.log") continue;
    for (const char* const suffix : {"", ".zst"}) {
      const auto path = capture / (std::string(name) + suffix);
      if (std::filesystem::exists(path)) return path.string();
    }
  }
  return {};
}

}  // namespace oomwhy
