#include "cli/sandbox.hpp"

#ifdef OOMWHY_SANDBOX

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>

namespace oomwhy {
namespace {

// --- Landlock: which files ---------------------------------------------------------------------------------------
// Documentation/userspace-api/landlock.rst. Rights that are handled and not granted are denied; reading is not handled.

#if defined(LANDLOCK_CREATE_RULESET_VERSION) && defined(SYS_landlock_create_ruleset)

// Of version 3 (Linux 6.2): younger than the headers of Debian 12.
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;

constexpr std::uint64_t kWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR;
constexpr std::uint64_t kNeverNeeded = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                       LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                       LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
                                       LANDLOCK_ACCESS_FS_MAKE_SYM;

class Descriptor {
 public:
  explicit Descriptor(long number) : number_(static_cast<int>(number)) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

std::filesystem::path nearest_existing(const std::string& folder) {
  std::error_code failure;
  std::filesystem::path path = std::filesystem::absolute(folder, failure);
  while (!std::filesystem::exists(path, failure) && path != path.parent_path()) path = path.parent_path();
  return path;
}

bool grant_writing(const Descriptor& ruleset, const std::string& folder) {
  const Descriptor parent(::open(nearest_existing(folder).c_str(), O_PATH | O_CLOEXEC));
  landlock_path_beneath_attr rule{};
  rule.allowed_access = kWrite;
  rule.parent_fd = parent.number();
  return ::syscall(SYS_landlock_add_rule, ruleset.number(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

bool restrict_files(const Allowed& allowed) {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return false;
  landlock_ruleset_attr attributes{};
  // What is truncated on purpose is a file of its own: never granted.
  attributes.handled_access_fs = kWrite | kNeverNeeded | (version >= 3 ? kTruncate : 0);
  const Descriptor ruleset(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
  if (ruleset.number() < 0) return false;
  for (const std::string& folder : allowed.writable_folders) {
    // Rather no restriction than a state file that cannot be written.
    if (!grant_writing(ruleset, folder)) return false;
  }
  return ::syscall(SYS_landlock_restrict_self, ruleset.number(), 0) == 0;
}

#else

bool restrict_files(const Allowed& /*allowed*/) { return false; }

#endif

// --- seccomp: which system calls ---------------------------------------------------------------------------------
// A list of what is denied: libraries may call what they like of the rest. A call that this architecture or this
// libseccomp does not have is left out.

constexpr std::array kNever = {
    // programs and other processes
    "execve", "execveat", "fork", "vfork", "kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_open",
    "pidfd_getfd", "pidfd_send_signal", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp",
    // connections
    "socket", "socketpair", "socketcall", "connect", "bind", "listen", "accept", "accept4",
    // who we are and what we see
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid", "capset",
    "setns", "unshare", "chroot", "pivot_root", "mount", "umount2", "mount_setattr", "move_mount", "open_tree",
    "fsopen", "fsconfig", "fspick", "fsmount", "open_by_handle_at",
    // a file's attributes and other names of it; Landlock knows nothing of the former
    "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "setxattr", "lsetxattr",
    "fsetxattr", "removexattr", "lremovexattr", "fremovexattr", "utime", "utimes", "futimesat", "utimensat", "truncate",
    "creat", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat", "rmdir",
    // the machine, and doors into the kernel
    "io_uring_setup", "bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "init_module",
    "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct", "quotactl",
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "iopl", "ioperm"};

constexpr std::array kWriting = {"mkdir", "mkdirat", "unlink", "unlinkat", "rename", "renameat", "renameat2"};

// Their arguments are in memory, which a filter cannot read; for ENOSYS the C library takes the older call.
constexpr std::array kUnknown = {"clone3", "openat2"};

// man clone: the first two arguments are the other way round there.
#ifdef __s390__
constexpr unsigned kCloneFlags = 1;
#else
constexpr unsigned kCloneFlags = 0;
#endif

struct FilterCloser {
  void operator()(void* filter) const { seccomp_release(filter); }
};

class Filter {
 public:
  Filter() : filter_(seccomp_init(SCMP_ACT_ALLOW)) {}

  void deny(const char* call, int error = EPERM) { add(call, error, nullptr); }
  void deny_where(const char* call, const scmp_arg_cmp& argument) { add(call, EPERM, &argument); }
  bool load() { return filter_ != nullptr && seccomp_load(filter_.get()) == 0; }

 private:
  void add(const char* call, int error, const scmp_arg_cmp* argument) {
    const int number = seccomp_syscall_resolve_name(call);
    if (filter_ == nullptr || number == __NR_SCMP_ERROR) return;
    seccomp_rule_add_array(filter_.get(), SCMP_ACT_ERRNO(static_cast<std::uint16_t>(error)), number,
                           argument == nullptr ? 0U : 1U, argument);
  }

  std::unique_ptr<void, FilterCloser> filter_;
};

scmp_arg_cmp has_bits(unsigned argument, std::uint64_t bits) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = bits};
}

scmp_arg_cmp lacks_bits(unsigned argument, std::uint64_t bits) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = 0};
}

// The kernel looks at the lower half of the register only.
scmp_arg_cmp is_word(unsigned argument, int word) {
  return {
      .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = static_cast<std::uint32_t>(word)};
}

void deny_opening(Filter& filter, std::uint64_t flag) {
  filter.deny_where("open", has_bits(1, flag));
  filter.deny_where("openat", has_bits(2, flag));
}

bool restrict_calls(const Allowed& allowed) {
  Filter filter;
  for (const char* call : kNever) filter.deny(call);
  for (const char* call : kUnknown) filter.deny(call, ENOSYS);
  filter.deny_where("clone", lacks_bits(kCloneFlags, CLONE_THREAD));
  filter.deny_where("tgkill", {.arg = 0, .op = SCMP_CMP_NE, .datum_a = static_cast<std::uint64_t>(::getpid())});
  // Words put into the terminal's input would be the shell's next command.
  for (const int request : {TIOCSTI, TIOCLINUX}) filter.deny_where("ioctl", is_word(1, request));
  deny_opening(filter, O_TRUNC);
  if (allowed.writable_folders.empty()) {
    for (const char* call : kWriting) filter.deny(call);
    for (const int flag : {O_WRONLY, O_RDWR, O_CREAT}) deny_opening(filter, static_cast<std::uint64_t>(flag));
  }
  return filter.load();
}

}  // namespace

Confinement enter_sandbox(const Allowed& allowed) {
  // Code of others runs in this process (valgrind, heaptrack) and writes files of its own.
  if (std::getenv("LD_PRELOAD") != nullptr) return {};
  // Both need it of whoever is not root.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return {};
  const bool landlock = restrict_files(allowed);
  return {.landlock = landlock, .seccomp = restrict_calls(allowed)};
}

}  // namespace oomwhy

#else

namespace oomwhy {

Confinement enter_sandbox(const Allowed& /*allowed*/) { return {}; }

}  // namespace oomwhy

#endif
