// The logs of this machine, for a call that names no input: the kernel's ring buffer, else the files in /var/log.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parser/diagnostic.hpp"

namespace oomwhy {

struct KernelRing {
  std::string records;                          // as /dev/kmsg gives them: "6,1234,5678,-;text"
  bool overrun = false;                         // records were overwritten while they were read (EPIPE)
  std::uint64_t lost = 0;                       // records that are missing between those that were read
  std::optional<std::uint64_t> first_sequence;  // not 0: older records were overwritten
  std::optional<std::uint64_t> last_sequence;
};

inline constexpr const char* kKernelRing = "/dev/kmsg";

// A descriptor that does not block, on the oldest record. Error: cannot be opened, or is not the ring buffer.
Result<int> open_kernel_ring(const std::string& path);

// Reads every record there is, without waiting for more. Error: cannot be opened, or is not the ring buffer (in a
// container it may be /dev/null under that name).
Result<KernelRing> read_kernel_ring(const std::string& path);

// The same from an open descriptor that does not block.
KernelRing drain_kernel_ring(int descriptor);

// The kernel's log among the files of `directory`, the rotated part first: kern.log, else messages, else syslog.
// Empty: there is none.
std::vector<std::string> find_log_files(const std::string& directory);

}  // namespace oomwhy
