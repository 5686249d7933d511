#include "cli/local_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

namespace oomwhy {
namespace {

// drivers/char/mem.c: /dev/kmsg is major 1, minor 11. A record is at most PRINTK_MESSAGE_MAX (2 KiB, 8 KiB before 6.6).
constexpr unsigned kMajor = 1;
constexpr unsigned kMinor = 11;
constexpr std::size_t kLongestRecord = 16384;
// log_buf_len goes up to 2 GiB; more than this is not kept.
constexpr std::size_t kMostBytes = std::size_t{512} << 20;

bool is_kernel_ring(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISCHR(status.st_mode) && major(status.st_rdev) == kMajor &&
         minor(status.st_rdev) == kMinor;
}

// "6,1234,5678,-;text": the second number.
std::optional<std::uint64_t> sequence_of(std::string_view record) {
  const std::size_t comma = record.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  std::uint64_t sequence = 0;
  const auto [end, error] = std::from_chars(record.data() + comma + 1, record.data() + record.size(), sequence);
  return error == std::errc{} ? std::optional(sequence) : std::nullopt;
}

constexpr const char* kRingHint = "sudo oomwhy, or oomwhy FILE";

}  // namespace

KernelRing drain_kernel_ring(int descriptor) {
  KernelRing ring;
  std::optional<std::uint64_t>& last = ring.last_sequence;
  std::array<char, kLongestRecord> buffer{};
  while (ring.records.size() < kMostBytes) {
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EPIPE) {  // records were overwritten while we read: the next read goes on behind the gap
      ring.overrun = true;
      continue;
    }
    if (size <= 0) break;
    const std::string_view record(buffer.data(), static_cast<std::size_t>(size));
    const auto sequence = sequence_of(record);
    if (ring.records.empty()) ring.first_sequence = sequence;
    if (last && sequence && *sequence > *last + 1) ring.lost += *sequence - *last - 1;
    if (sequence) last = sequence;
    ring.records.append(record);
  }
  return ring;
}

Result<int> open_kernel_ring(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return Error{path, std::strerror(errno), kRingHint};
  if (!is_kernel_ring(descriptor)) {
    ::close(descriptor);
    return Error{path, "not the kernel's ring buffer", "oomwhy FILE"};
  }
  return descriptor;
}

Result<KernelRing> read_kernel_ring(const std::string& path) {
  const auto descriptor = open_kernel_ring(path);
  if (!descriptor) return descriptor.error();
  KernelRing ring = drain_kernel_ring(*descriptor);
  ::close(*descriptor);
  return ring;
}

std::vector<std::string> find_log_files(const std::string& directory) {
  for (const char* name : {"kern.log", "messages", "syslog"}) {
    const std::string path = directory + "/" + name;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) continue;
    const std::string rotated = path + ".1";
    if (std::filesystem::exists(rotated, ignored)) return {rotated, path};
    return {path};
  }
  return {};
}

}  // namespace oomwhy
