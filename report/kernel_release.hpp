// A kernel release as printed on the CPU line, read as far as the scoring rules depend on it.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace oomwhy {

// A mainline version: 6.1, 2.6.32. Of a RHEL kernel `patch` is the build number: 4.18.0-240.el8 is {4, 18, 240}.
struct KernelVersion {
  unsigned major = 0, minor = 0, patch = 0;
  auto operator<=>(const KernelVersion&) const = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14
};

// RHEL and its rebuilds backport the killer's rules into old versions; every other vendor follows mainline closely
// enough to be read by its version.
enum class Vendor { Mainline, El5, El6, El7, El8 };

struct KernelRelease {
  KernelVersion version;
  Vendor vendor = Vendor::Mainline;
  bool operator==(const KernelRelease&) const = default;
};

// "3.10.0-1160.el7.x86_64", "6.1.0-56-cloud-amd64". Absent: does not begin with a version. A kernel built for RHEL from
// other sources ("5.4.17-2136.el7uek", "6.1.1-1.el7.elrepo") is read by its version.
std::optional<KernelRelease> parse_release(std::string_view release);

}  // namespace oomwhy
