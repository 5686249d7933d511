#include "tests/data/capture_folder.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tests/data/case_folder.hpp"

namespace oomwhy {

namespace fs = std::filesystem;

namespace {

bool is_wanted(const fs::path& folder, const std::vector<std::string>& few) {
  const std::string kernel = folder.parent_path().filename().string();
  const std::string scenario = folder.filename().string();
  return std::any_of(few.begin(), few.end(), [&](const std::string& name) {
    const auto slash = name.find('/');
    return kernel.starts_with(name.substr(0, slash)) && scenario.starts_with(name.substr(slash + 1));
  });
}

}  // namespace

std::vector<fs::path> captures(const std::vector<std::string>& few) {
  const char* root = std::getenv("OOMWHY_CAPTURES");
  if (root == nullptr || !fs::is_directory(root)) {
    std::puts("skipped: OOMWHY_CAPTURES names no folder of captures");
    return {};
  }
  const bool all = std::getenv("OOMWHY_ALL_CAPTURES") != nullptr;
  std::vector<fs::path> folders;
  for (const auto& kernel : fs::directory_iterator(root)) {
    if (!kernel.is_directory()) continue;
    for (const auto& scenario : fs::directory_iterator(kernel.path())) {
      if (scenario.is_directory() && (all || is_wanted(scenario.path(), few))) folders.push_back(scenario.path());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

UnpackedCapture::UnpackedCapture(const fs::path& packed)
    : name_((packed.parent_path().filename() / packed.filename()).string()) {
  std::string folder = (fs::temp_directory_path() / "oomwhy-capture-XXXXXX").string();
  folder_ = mkdtemp(folder.data());
  const std::string command =
      "sh '" OOMWHY_TEST_SCRIPTS "/unpack-capture.sh' '" + packed.string() + "' '" + folder + "'";
  if (std::system(command.c_str()) != 0) std::fprintf(stderr, "cannot unpack %s\n", packed.c_str());
}

UnpackedCapture::~UnpackedCapture() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

bool UnpackedCapture::has(const std::string& form) const { return fs::exists(folder_ / form); }

nlohmann::json UnpackedCapture::truth(const std::string& file) const {
  return nlohmann::json::parse(file_bytes(folder_ / "truth" / file), nullptr, false);
}

}  // namespace oomwhy
