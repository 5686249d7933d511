// Captures of real kernels outside the repository (OOMWHY_CAPTURES): one folder each, with every form of one log and
// the truth that was sampled beside it. Tests that need them skip themselves where the variable is not set.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace oomwhy {

// The packed folders, sorted: all of them with OOMWHY_ALL_CAPTURES, else those that `few` names ("6.1/04a" picks the
// kernel's and the scenario's first characters). Empty, and said so, without OOMWHY_CAPTURES.
std::vector<std::filesystem::path> captures(const std::vector<std::string>& few);

// A decompressed copy of one capture in a temporary folder that goes away with this.
class UnpackedCapture {
 public:
  explicit UnpackedCapture(const std::filesystem::path& packed);
  ~UnpackedCapture();
  UnpackedCapture(const UnpackedCapture&) = delete;
  UnpackedCapture& operator=(const UnpackedCapture&) = delete;

  const std::string& name() const { return name_; }
  std::filesystem::path path(const std::string& form) const { return folder_ / form; }
  bool has(const std::string& form) const;
  nlohmann::json truth(const std::string& file) const;

 private:
  std::string name_;
  std::filesystem::path folder_;
};

}  // namespace oomwhy
