// What the process gives up before it reads a log: a log is written by whoever runs on the machine, and a mistake in a
// parser shall not give them a program, a connection or a file of ours.
#pragma once

#include <string>
#include <vector>

namespace oomwhy {

// What stays allowed beside reading and writing to what is open already.
struct Allowed {
  // Below these files are made, renamed and removed; one that is not there yet stands for what it will be made in.
  // Empty: no file is written anywhere.
  std::vector<std::string> writable_folders;
};

// What took hold; a kernel, a container or a build (sanitizers) may have neither, which is no error.
struct Confinement {
  bool landlock = false;  // files are written and programs run only where allowed (Linux 5.13)
  bool seccomp = false;   // no sockets, programs, other processes; no file is opened for writing if none may be written
};

// For the calling thread and those that it starts from now on; there is no way back.
Confinement enter_sandbox(const Allowed& allowed);

}  // namespace oomwhy
