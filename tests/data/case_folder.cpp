#include "tests/data/case_folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace oomwhy {

namespace fs = std::filesystem;

std::string file_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

namespace {

CaseFolder load(const fs::path& path) {
  CaseFolder folder{path.filename().string(), path, {}, {}};
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().filename().string().starts_with("input.")) folder.inputs.push_back(entry.path());
  }
  std::sort(folder.inputs.begin(), folder.inputs.end());
  folder.facts = nlohmann::json::parse(file_bytes(path / "expected.facts.json"));
  return folder;
}

}  // namespace

std::vector<CaseFolder> all_cases() {
  std::vector<CaseFolder> folders;
  for (const auto& entry : fs::directory_iterator(OOMWHY_TESTDATA)) {
    // testdata/fuzz/ is no case.
    if (fs::exists(entry.path() / "expected.facts.json")) folders.push_back(load(entry.path()));
  }
  std::sort(folders.begin(), folders.end(),
            [](const CaseFolder& left, const CaseFolder& right) { return left.name < right.name; });
  return folders;
}

fs::path golden_input(const CaseFolder& folder) {
  if (folder.facts.contains("golden")) return folder.path / folder.facts["golden"].get<std::string>();
  const fs::path dmesg = folder.path / "input.dmesg.txt";
  return fs::exists(dmesg) ? dmesg : folder.inputs.front();
}

const nlohmann::json& expected_events(const CaseFolder& folder, const fs::path& input) {
  const std::string name = input.filename().string();
  if (folder.facts.contains("inputs") && folder.facts["inputs"].contains(name) &&
      folder.facts["inputs"][name].contains("events")) {
    return folder.facts["inputs"][name]["events"];
  }
  return folder.facts["events"];
}

}  // namespace oomwhy
