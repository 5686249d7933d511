// Each case asks in a process of its own, because there is no way out of the sandbox.
#include "cli/sandbox.hpp"

#ifdef OOMWHY_SANDBOX

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

// What `act` returned in a process that it cannot harm.
int in_child(const std::function<int()>& act) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(act());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// errno of a call that fails with -1, else 0.
int error_of(long result) { return result == -1 ? errno : 0; }

int in_sandbox(const Allowed& allowed, const std::function<long()>& call) {
  return in_child([&] {
    enter_sandbox(allowed);
    return error_of(call());
  });
}

// Some containers let nobody restrict themselves; there the program does without. Asked without our own code.
bool kernel_filters_calls() {
  return in_child([] {
           sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
           sock_fprog program{1, &allow};
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
           return error_of(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
         }) == 0;
}

// 444: landlock_create_ruleset on every architecture; 1: tell the version.
bool kernel_restricts_files() { return ::syscall(444, nullptr, 0, 1) >= 1; }

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("oomwhy-sandbox-" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "ours");
    fs::create_directories(path_ / "theirs");
    std::ofstream(path_ / "theirs" / "file") << "kept";
    std::ofstream(path_ / "ours" / "file") << "old";
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string ours(const std::string& name) const { return path_ / "ours" / name; }
  std::string theirs(const std::string& name) const { return path_ / "theirs" / name; }
  Allowed needs() const { return {.writable_folders = {path_ / "ours"}}; }

 private:
  fs::path path_;
};

long make_file(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600); }

}  // namespace

TEST_CASE("the sandbox says what took hold") {
  const bool calls = kernel_filters_calls();
  const bool files = kernel_restricts_files();
  CHECK(in_child([&] {
          const Confinement held = enter_sandbox({});
          return held.seccomp == calls && held.landlock == files ? 0 : 1;
        }) == 0);
}

TEST_CASE("code that was put into the process is left alone") {
  CHECK(in_child([] {
          ::setenv("LD_PRELOAD", "/usr/lib/other.so", 1);
          const Confinement held = enter_sandbox({});
          return held.seccomp || held.landlock ? 1 : 0;
        }) == 0);
}

TEST_CASE("in the sandbox no connection can be opened") {
  if (!kernel_filters_calls()) return;
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK}) {
    CAPTURE(family);
    CHECK(in_sandbox({}, [&] { return ::socket(family, SOCK_DGRAM, 0); }) == EPERM);
  }
}

TEST_CASE("in the sandbox no program and no process can be started, a thread can") {
  if (!kernel_filters_calls()) return;
  CHECK(in_sandbox({}, [] { return ::execl("/bin/sh", "sh", "-c", "exit 0", static_cast<char*>(nullptr)); }) == EPERM);
  CHECK(in_sandbox({}, [] { return ::fork(); }) == EPERM);
  CHECK(in_sandbox({}, [] { return ::vfork(); }) == EPERM);
  CHECK(in_sandbox({}, [] {
          int turns = 0;
          std::thread([&] { ++turns; }).join();
          return turns == 1 ? 0 : -1;
        }) == 0);
}

TEST_CASE("in the sandbox no other process can be touched") {
  if (!kernel_filters_calls()) return;
  const pid_t parent = ::getpid();
  CHECK(in_sandbox({}, [&] { return ::kill(parent, 0); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::syscall(SYS_tgkill, parent, parent, 0); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::ptrace(PTRACE_ATTACH, parent, nullptr, nullptr); }) == EPERM);
  CHECK(in_child([]() -> int {
          enter_sandbox({});
          std::signal(SIGABRT, SIG_DFL);  // the test frame has a handler
          std::abort();
        }) == 128 + SIGABRT);
}

TEST_CASE("in the sandbox nothing can be typed into the terminal") {
  if (!kernel_filters_calls()) return;
  char letter = 'x';
  // /dev/null is no terminal: ENOTTY without a filter.
  CHECK(in_sandbox({}, [&] { return ::ioctl(::open("/dev/null", O_RDONLY), TIOCSTI, &letter); }) == EPERM);
}

TEST_CASE("in the sandbox files can be read, and those that are open be written") {
  const Folder folder;
  CHECK(in_sandbox({}, [&] { return ::open(folder.theirs("file").c_str(), O_RDONLY); }) == 0);
  const int open = ::open(folder.ours("file").c_str(), O_WRONLY);
  CHECK(in_sandbox({}, [&] { return ::write(open, "new", 3); }) == 0);
  ::close(open);
}

TEST_CASE("who needs no file written can neither make, open, rename nor remove one") {
  if (!kernel_filters_calls()) return;
  const Folder folder;
  const std::string file = folder.ours("file");
  const std::string fresh = folder.ours("fresh");
  CHECK(in_sandbox({}, [&] { return make_file(fresh); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::open(file.c_str(), O_WRONLY); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::open(file.c_str(), O_RDWR); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::open(file.c_str(), O_RDONLY | O_TRUNC); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::truncate(file.c_str(), 0); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::rename(file.c_str(), fresh.c_str()); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::unlink(file.c_str()); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::mkdir(fresh.c_str(), 0700); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::symlink(file.c_str(), fresh.c_str()); }) == EPERM);
  CHECK(in_sandbox({}, [&] { return ::chmod(file.c_str(), 04755); }) == EPERM);
  CHECK(fs::file_size(file) == 3);
  CHECK_FALSE(fs::exists(fresh));
}

TEST_CASE("who needs a folder can make, rename and remove files there") {
  const Folder folder;
  const std::string fresh = folder.ours("fresh");
  CHECK(in_sandbox(folder.needs(), [&] { return make_file(fresh); }) == 0);
  CHECK(in_sandbox(folder.needs(), [&] { return ::rename(fresh.c_str(), folder.ours("file").c_str()); }) == 0);
  CHECK(in_sandbox(folder.needs(), [&] { return ::unlink(folder.ours("file").c_str()); }) == 0);
}

TEST_CASE("a folder that is not there yet can be made with those above it") {
  const Folder folder;
  const std::string deep = folder.ours("a/b/c");
  CHECK(in_sandbox({.writable_folders = {deep}}, [&] {
          std::error_code failure;
          fs::create_directories(deep, failure);
          return failure ? -1L : make_file(deep + "/file");
        }) == 0);
  CHECK(fs::exists(deep + "/file"));
}

TEST_CASE("who needs a folder can write nowhere else") {
  if (!kernel_restricts_files()) return;
  const Folder folder;
  const std::string theirs = folder.theirs("file");
  CHECK(in_sandbox(folder.needs(), [&] { return make_file(folder.theirs("fresh")); }) == EACCES);
  CHECK(in_sandbox(folder.needs(), [&] { return ::open(theirs.c_str(), O_WRONLY); }) == EACCES);
  CHECK(in_sandbox(folder.needs(), [&] { return ::unlink(theirs.c_str()); }) == EACCES);
  CHECK(in_sandbox(folder.needs(), [&] { return ::rename(theirs.c_str(), folder.theirs("fresh").c_str()); }) == EACCES);
  CHECK(fs::exists(theirs));
}

#endif
