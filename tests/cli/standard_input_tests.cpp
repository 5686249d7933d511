#include "cli/standard_input.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <thread>

using namespace oomwhy;

namespace {

constexpr auto kLong = std::chrono::minutes(1);

// Two ends that close themselves.
struct Ends {
  std::array<int, 2> fd{-1, -1};
  ~Ends() {
    for (const int end : fd) {
      if (end >= 0) ::close(end);
    }
  }
  void close_writer() {
    ::close(fd[1]);
    fd[1] = -1;
  }
};

StandardInput probe(int fd) {
  return probe_standard_input(fd, kLong, [] { FAIL("nothing to wait for"); });
}

}  // namespace

TEST_CASE("a pipe that holds something is meant, and nothing of it is taken") {
  Ends pipe;
  REQUIRE(::pipe(pipe.fd.data()) == 0);
  REQUIRE(::write(pipe.fd[1], "oom", 3) == 3);
  CHECK(probe(pipe.fd[0]) == StandardInput::Meant);
  pipe.close_writer();
  CHECK(probe(pipe.fd[0]) == StandardInput::Meant);
  std::array<char, 8> bytes{};
  CHECK(::read(pipe.fd[0], bytes.data(), bytes.size()) == 3);
}

TEST_CASE("an empty pipe is not meant") {
  Ends pipe;
  REQUIRE(::pipe(pipe.fd.data()) == 0);
  pipe.close_writer();
  CHECK(probe(pipe.fd[0]) == StandardInput::NotMeant);
}

TEST_CASE("a slow pipe is waited for, and the person is told once") {
  Ends pipe;
  REQUIRE(::pipe(pipe.fd.data()) == 0);
  int told = 0;
  // The writer begins only when the person was told: no clock decides this test.
  const auto told_then_write = [&] {
    ++told;
    REQUIRE(::write(pipe.fd[1], "x", 1) == 1);
  };
  CHECK(probe_standard_input(pipe.fd[0], std::chrono::milliseconds(1), told_then_write) == StandardInput::Meant);
  CHECK(told == 1);
}

TEST_CASE("a pipe that is closed after a wait is empty") {
  Ends pipe;
  REQUIRE(::pipe(pipe.fd.data()) == 0);
  CHECK(probe_standard_input(pipe.fd[0], std::chrono::milliseconds(1), [&] { pipe.close_writer(); }) ==
        StandardInput::NotMeant);
}

TEST_CASE("a socket, /dev/null and a closed descriptor are not meant") {
  Ends sockets;
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.fd.data()) == 0);
  REQUIRE(::write(sockets.fd[1], "oom", 3) == 3);
  CHECK(probe(sockets.fd[0]) == StandardInput::NotMeant);
  Ends null;
  null.fd[0] = ::open("/dev/null", O_RDONLY);
  CHECK(probe(null.fd[0]) == StandardInput::NotMeant);
  CHECK(probe(-1) == StandardInput::NotMeant);
}

TEST_CASE("a terminal is not meant") {
  Ends terminal;
  terminal.fd[0] = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(terminal.fd[0] >= 0);
  CHECK(probe(terminal.fd[0]) == StandardInput::NotMeant);
}

TEST_CASE("a file is meant as long as something is left to read") {
  Ends file;
  file.fd[0] = ::open("/tmp", O_TMPFILE | O_RDWR, 0600);
  REQUIRE(file.fd[0] >= 0);
  CHECK(probe(file.fd[0]) == StandardInput::NotMeant);
  REQUIRE(::write(file.fd[0], "oom", 3) == 3);
  CHECK(probe(file.fd[0]) == StandardInput::NotMeant);  // at its end: the loop before us read it all
  REQUIRE(::lseek(file.fd[0], 1, SEEK_SET) == 1);
  CHECK(probe(file.fd[0]) == StandardInput::Meant);
}
