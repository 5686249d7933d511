// One folder of testdata/: an incident, the spellings of its log, and the facts that a person read in it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace oomwhy {

struct CaseFolder {
  std::string name;
  std::filesystem::path path;
  std::vector<std::filesystem::path> inputs;  // input.*, sorted by name
  nlohmann::json facts;                       // expected.facts.json; its keys are explained in testdata/README.md
};

// Every folder of testdata/, sorted by name.
std::vector<CaseFolder> all_cases();

// The input that the goldens are made from: "golden" of the facts, else dmesg's spelling, else the first.
std::filesystem::path golden_input(const CaseFolder& folder);

// The events that this input has to yield: those of the case, or the input's own where its spelling loses some.
const nlohmann::json& expected_events(const CaseFolder& folder, const std::filesystem::path& input);

// Bytes of a file; empty where there is none.
std::string file_bytes(const std::filesystem::path& path);

}  // namespace oomwhy
