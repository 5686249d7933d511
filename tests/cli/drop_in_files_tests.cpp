#include "cli/drop_in_files.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("oomwhy-dropin-" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
};

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

DropIn drop_in(const std::string& path, const std::string& text) { return {"a.service", path, text}; }

}  // namespace

TEST_CASE("a drop-in is written below the folder, in its unit's directory") {
  const Folder folder;
  const Written written =
      write_drop_ins({drop_in("a.service.d/50-oom.conf", "[Service]\n")}, folder.path, Overwrite::No);
  CHECK(written.errors.empty());
  REQUIRE(written.paths == std::vector{(folder.path / "a.service.d/50-oom.conf").string()});
  CHECK(content(written.paths.front()) == "[Service]\n");
}

TEST_CASE("an existing drop-in is overwritten only when that is asked for") {
  const Folder folder;
  write_drop_ins({drop_in("a.service.d/50-oom.conf", "old\n")}, folder.path, Overwrite::No);
  const Written refused =
      write_drop_ins({drop_in("a.service.d/50-oom.conf", "new\n"), drop_in("b.service.d/50-oom.conf", "b\n")},
                     folder.path, Overwrite::No);
  REQUIRE(refused.errors.size() == 1);
  CHECK(refused.errors.front().hint == "--force overwrites it");
  CHECK(refused.paths.size() == 1);  // the others are written all the same
  CHECK(content(folder.path / "a.service.d/50-oom.conf") == "old\n");
  CHECK(write_drop_ins({drop_in("a.service.d/50-oom.conf", "new\n")}, folder.path, Overwrite::Yes).errors.empty());
  CHECK(content(folder.path / "a.service.d/50-oom.conf") == "new\n");
  CHECK_FALSE(fs::exists(folder.path / "a.service.d/50-oom.conf.new"));
}

TEST_CASE("a symbolic link is not written through") {
  const Folder folder;
  fs::create_directories(folder.path / "a.service.d");
  std::ofstream(folder.path / "elsewhere") << "kept\n";
  fs::create_symlink(folder.path / "elsewhere", folder.path / "a.service.d/50-oom.conf");
  CHECK(write_drop_ins({drop_in("a.service.d/50-oom.conf", "x\n")}, folder.path, Overwrite::No).errors.size() == 1);
  CHECK(write_drop_ins({drop_in("a.service.d/50-oom.conf", "x\n")}, folder.path, Overwrite::Yes).errors.empty());
  CHECK(content(folder.path / "elsewhere") == "kept\n");
}

TEST_CASE("a unit whose name leads out of the folder is refused") {
  const Folder folder;
  for (const std::string path : {"../evil.d/50-oom.conf", "/etc/cron.d/x", "a/../../x", "..", "50-oom.conf", "a.d/",
                                 "a.d/..", "a\n.d/x", "/x", "", "./x"}) {
    CAPTURE(path);
    const Written written = write_drop_ins({drop_in(path, "x")}, folder.path, Overwrite::Yes);
    CHECK(written.paths.empty());
    CHECK(written.errors.size() == 1);
  }
}

TEST_CASE("a folder that cannot be made is an error with its reason") {
  const Written written = write_drop_ins({drop_in("a.service.d/50-oom.conf", "x")}, "/dev/null/x", Overwrite::No);
  REQUIRE(written.errors.size() == 1);
  CHECK(written.errors.front().why == "Not a directory");
}
