#include "cli/conf.hpp"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string path = (fs::temp_directory_path() / "oomwhy-conf-XXXXXX").string();
    path_ = ::mkdtemp(path.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path_ + "/" + name).parent_path());
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a scan's open choices are the conf's") {
  const Folder folder;
  const std::string conf = folder.write(
      "oomwhy.conf", "[Scan]\nInput=/var/log/remote\nCursorFile=/s\nTextFile=/t\nFailOn=loop\nJobs=3\n# Jobs=9\n");
  Request request;
  CHECK_FALSE(apply_conf(conf_files(conf), request));
  CHECK(request.inputs == std::vector<std::string>{"/var/log/remote"});
  CHECK(request.scan.cursor_file == "/s");
  CHECK(request.scan.textfile == "/t");
  CHECK(request.scan.fail_on == FailOn::Loop);
  CHECK(request.scan.jobs == 3U);
}

TEST_CASE("what was typed wins over the conf, and a later file over an earlier one") {
  const Folder folder;
  const std::string conf = folder.write("oomwhy.conf", "Input=/var/log/remote\nCursorFile=/s\nTextFile=/a\nJobs=3\n");
  folder.write("oomwhy.conf.d/20.conf", "TextFile=/c\n");
  folder.write("oomwhy.conf.d/10.conf", "TextFile=/b\n");
  Request request;
  request.inputs = {"kern.log"};
  request.scan.cursor_file = "/typed";
  request.scan.fail_on = FailOn::None;
  CHECK_FALSE(apply_conf(conf_files(conf), request));
  CHECK(request.inputs == std::vector<std::string>{"kern.log"});
  CHECK(request.scan.cursor_file == "/typed");
  CHECK(request.scan.textfile == "/c");
  CHECK(request.scan.fail_on == FailOn::None);
}

TEST_CASE("a mistake in the conf is named") {
  const Folder folder;
  for (const char* text : {"Jobs=many\n", "Jobs=0\n", "FailOn=fire\n", "Colour=red\n"}) {
    Request request;
    CAPTURE(text);
    CHECK(apply_conf({folder.write("x.conf", text)}, request));
  }
}

TEST_CASE("no conf is no mistake") {
  Request request;
  CHECK_FALSE(apply_conf(conf_files("/nonexistent/oomwhy.conf"), request));
  CHECK(request.inputs.empty());
}
