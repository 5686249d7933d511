#include "cli/running_host.hpp"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "cli/small_files.hpp"

namespace oomwhy {

std::string running_boot(const std::string& root) {
  std::string id = read_text(root + "/proc/sys/kernel/random/boot_id").value_or("");
  std::erase_if(id, [](char c) { return c == '-' || c == '\n'; });
  return id;
}

bool has_kernels_pids(const std::string& root) {
  // include/linux/proc_ns.h: PROC_PID_INIT_INO, the same in every kernel since 3.8
  std::error_code failure;
  return std::filesystem::read_symlink(root + "/proc/self/ns/pid", failure) == "pid:[4026531836]";
}

// Field 22 of /proc/PID/stat; the name in parentheses may hold anything.
std::optional<std::int64_t> start_ticks(const std::string& root, std::uint32_t pid) {
  const auto text = read_text(root + "/proc/" + std::to_string(pid) + "/stat");
  const std::size_t close = text ? text->rfind(')') : std::string::npos;
  if (close == std::string::npos) return std::nullopt;
  std::string_view fields = std::string_view(*text).substr(close + 1);
  constexpr int kBetween = 19;  // fields 3 to 21
  for (int field = 0; field <= kBetween; ++field) {
    const std::size_t blank = fields.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    fields.remove_prefix(blank + 1);
  }
  return number_at<std::int64_t>(fields);
}

}  // namespace oomwhy
