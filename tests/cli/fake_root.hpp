// A root folder that a test fills with the files of a host; it goes away with the object.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace oomwhy {

class FakeRoot {
 public:
  FakeRoot() {
    std::string path = (std::filesystem::temp_directory_path() / "oomwhy-root-XXXXXX").string();
    root_ = ::mkdtemp(path.data());
  }
  ~FakeRoot() { std::filesystem::remove_all(root_); }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  void link(const std::string& path, const std::string& to) const {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::filesystem::create_symlink(to, root_ + path);
  }
  void folder(const std::string& path) const { std::filesystem::create_directories(root_ + path); }
  const std::string& path() const { return root_; }

 private:
  std::string root_;
};

}  // namespace oomwhy
