#include "cli/local_log.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

using namespace oomwhy;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("oomwhy-local-" + std::to_string(::getpid()));
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name) const {
    std::ofstream(path / name) << "x\n";
    return (path / name).string();
  }
};

}  // namespace

// A socket of records gives one record a read and EAGAIN at its end, as /dev/kmsg does.
TEST_CASE("the ring buffer is read record by record to its end") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()) == 0);
  const std::string first = "6,1234,5678,-;one\n SUBSYSTEM=x\n";
  const std::string second = "4,1235,5679,-;two\n";
  REQUIRE(::send(ends[1], first.data(), first.size(), 0) > 0);
  REQUIRE(::send(ends[1], second.data(), second.size(), 0) > 0);
  const KernelRing ring = drain_kernel_ring(ends[0]);
  CHECK(ring.records == first + second);
  CHECK(ring.first_sequence == 1234);
  CHECK_FALSE(ring.overrun);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("records that the ring buffer lost between two reads are counted") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data()) == 0);
  for (const std::string record : {"6,1234,5678,-;one\n", "6,1235,5679,-;two\n", "6,1240,5680,-;three\n"}) {
    REQUIRE(::send(ends[1], record.data(), record.size(), 0) > 0);
  }
  CHECK(drain_kernel_ring(ends[0]).lost == 4);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a ring buffer that is something else under its name is not believed") {
  const auto null = read_kernel_ring("/dev/null");
  REQUIRE_FALSE(null);
  CHECK(null.error().what == "/dev/null");
  CHECK(null.error().why == "not the kernel's ring buffer");
  CHECK_FALSE(read_kernel_ring("/nonexistent/kmsg"));
}

TEST_CASE("the kernel's own log is preferred, and its rotated part comes first") {
  const Folder folder;
  CHECK(find_log_files(folder.path.string()).empty());
  const std::string syslog = folder.file("syslog");
  CHECK(find_log_files(folder.path.string()) == std::vector{syslog});
  const std::string messages = folder.file("messages");
  CHECK(find_log_files(folder.path.string()) == std::vector{messages});
  const std::string kern = folder.file("kern.log");
  const std::string rotated = folder.file("kern.log.1");
  CHECK(find_log_files(folder.path.string()) == std::vector{rotated, kern});
}
