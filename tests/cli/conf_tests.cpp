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

namespace {

Request with_conf(const std::vector<std::string>& files, Request request) {
  const auto conf = read_conf(files);
  REQUIRE(conf);
  apply_conf(*conf, request);
  return request;
}

Request a_scan() {
  Request request;
  request.command = Command::Scan;
  return request;
}

}  // namespace

TEST_CASE("a scan's open choices are the conf's") {
  const Folder folder;
  const std::string conf = folder.write(
      "oomwhy.conf", "[Scan]\nInput=/var/log/remote\nCursorFile=/s\nTextFile=/t\nFailOn=loop\nJobs=3\n# Jobs=9\n");
  const Request request = with_conf(conf_files(conf), a_scan());
  CHECK(request.inputs == std::vector<std::string>{"/var/log/remote"});
  CHECK(request.scan.cursor_file == "/s");
  CHECK(request.scan.textfile == "/t");
  CHECK(request.scan.fail_on == FailOn::Loop);
  CHECK(request.scan.jobs == 3U);
}

TEST_CASE("no other command reads what a scan would") {
  const Folder folder;
  const std::string conf = folder.write("oomwhy.conf", "Input=/var/log/remote\nDirectory=/j\nProtect=db\n");
  const Request request = with_conf(conf_files(conf), Request{});
  CHECK(request.inputs.empty());
  CHECK_FALSE(request.journal.named());
  CHECK(request.site.protect == std::vector<std::string>{"db"});
}

TEST_CASE("what was typed wins over the conf, and a later file over an earlier one") {
  const Folder folder;
  const std::string conf = folder.write("oomwhy.conf", "Input=/var/log/remote\nCursorFile=/s\nTextFile=/a\nJobs=3\n");
  folder.write("oomwhy.conf.d/20.conf", "TextFile=/c\n");
  folder.write("oomwhy.conf.d/10.conf", "TextFile=/b\n");
  Request request = a_scan();
  request.inputs = {"kern.log"};
  request.scan.cursor_file = "/typed";
  request.scan.fail_on = FailOn::None;
  request = with_conf(conf_files(conf), request);
  CHECK(request.inputs == std::vector<std::string>{"kern.log"});
  CHECK(request.scan.cursor_file == "/typed");
  CHECK(request.scan.textfile == "/c");
  CHECK(request.scan.fail_on == FailOn::None);
}

TEST_CASE("what a site knows is taken as systemd takes lists: more lines add, an empty one clears") {
  const Folder folder;
  const std::string conf = folder.write("oomwhy.conf",
                                        "[Advice]\nProtect=a.service b.service\nNeverLimit=old\nHeadroom=15%\n"
                                        "[Redact]\nPatterns=acme[ -]corp\nPatterns=\\bcust[0-9]+\n");
  folder.write("oomwhy.conf.d/10.conf", "Protect=c@*.service\nNeverLimit=\nNeverLimit=new\n");
  const Request request = with_conf(conf_files(conf), Request{});
  CHECK(request.site.protect == std::vector<std::string>{"a.service", "b.service", "c@*.service"});
  CHECK(request.site.never_limit == std::vector<std::string>{"new"});
  CHECK(request.site.headroom_percent == 15U);
  CHECK(request.output.redaction_patterns == std::vector<std::string>{"acme[ -]corp", "\\bcust[0-9]+"});
}

TEST_CASE("a mistake in the conf is named") {
  const Folder folder;
  for (const char* text : {"Jobs=many\n", "Jobs=0\n", "FailOn=fire\n", "Colour=red\n", "Headroom=15\n",
                           "Headroom=99%\n", "Headroom=%\n", "Patterns=(\n", "Patterns=x*\n"}) {
    CAPTURE(text);
    const auto conf = read_conf({folder.write("x.conf", text)});
    REQUIRE_FALSE(conf);
    CHECK(conf.error().what.ends_with("x.conf"));
  }
}

TEST_CASE("no conf is no mistake") {
  CHECK(with_conf(conf_files("/nonexistent/oomwhy.conf"), a_scan()).inputs.empty());
}
