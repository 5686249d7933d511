#include "parser/allocation_refused.hpp"

#include <array>
#include <string_view>

#include "parser/scan_text.hpp"

namespace oomwhy {
namespace {

// mm/util.c: __vm_enough_memory(), since 6.1, rate-limited: "__vm_enough_memory: pid: 3450, comm: xz, no enough memory
// for the allocation"; with "bytes: 5285790 not enough memory" since 6.10. A name may hold anything but a newline.
std::optional<AllocationRefused> read_overcommit(std::string_view text) {
  AllocationRefused refused{.program = {}, .by = RefusedBy::Overcommit};
  if (!take(text, "__vm_enough_memory: pid: ")) return std::nullopt;
  refused.pid = take_number<std::uint32_t>(text);
  if (!refused.pid || !take(text, ", comm: ")) return std::nullopt;
  const auto old = text.rfind(", no enough memory for the allocation");
  const auto bytes = text.rfind(", bytes: ");
  if (old == std::string_view::npos && bytes == std::string_view::npos) return std::nullopt;
  refused.program = std::string(text.substr(0, old != std::string_view::npos ? old : bytes));
  if (old != std::string_view::npos) return refused;
  text.remove_prefix(bytes + std::string_view(", bytes: ").size());
  if (const auto size = take_number<std::uint64_t>(text)) refused.size = Bytes{*size};
  return contains(text, "not enough memory for the allocation") ? std::optional(refused) : std::nullopt;
}

// mm/mmap.c, later mm/vma.c: may_expand_vm(), since 4.5, once a boot: "mmap: top (795): VmData 516096 exceed data
// ulimit 512000. Update limits or use boot option ignore_rlimit_data." Without the option's name it is set, and the
// allocation was granted.
std::optional<AllocationRefused> read_data_limit(std::string_view text) {
  take(text, "mmap: ");
  AllocationRefused refused{.program = {}, .by = RefusedBy::DataLimit};
  const auto data = text.rfind("): VmData ");
  const auto open = text.substr(0, data).rfind(" (");
  if (data == std::string_view::npos || open == std::string_view::npos) return std::nullopt;
  if (!contains(text, "or use boot option ignore_rlimit_data")) return std::nullopt;
  auto pid = text.substr(open + 2, data - open - 2);
  refused.program = std::string(text.substr(0, open));
  refused.pid = take_number<std::uint32_t>(pid);
  text.remove_prefix(data + std::string_view("): VmData ").size());
  const auto size = take_number<std::uint64_t>(text);
  if (!refused.pid || !size || !take(text, " exceed data ulimit ")) return std::nullopt;
  refused.size = Bytes{*size};
  if (const auto limit = take_number<std::uint64_t>(text)) refused.limit = Bytes{*limit};
  return refused;
}

// What a runtime refuses its own program, whatever the host has left.
bool tells_of_own_limit(std::string_view text) {
  constexpr std::array<std::string_view, 7> kWords{"OutOfMemoryError: Java heap space",
                                                   "OutOfMemoryError: GC overhead limit exceeded",
                                                   "OutOfMemoryError: Metaspace",
                                                   "OutOfMemoryError: Direct buffer memory",
                                                   "OutOfMemoryError: Requested array size exceeds VM limit",
                                                   "JavaScript heap out of memory",
                                                   "Allowed memory size of "};
  return contains_any(text, kWords);
}

bool tells_of_refusal(std::string_view text) {
  constexpr std::array<std::string_view, 5> kWords{
      "Cannot allocate memory", "There is insufficient memory for the Java Runtime Environment",
      "java.lang.OutOfMemoryError", "std::bad_alloc", "fatal error: runtime: out of memory"};
  return contains_any(text, kWords);
}

std::string unit_in(const LogLine& line) {
  std::string unit;
  for (const Field& field : line.fields) {
    if (field.name == "_SYSTEMD_USER_UNIT") return std::string(field.value);
    if (field.name == "_SYSTEMD_UNIT") unit = std::string(field.value);
  }
  return unit;
}

std::optional<AllocationRefused> read_program(const LogLine& line) {
  const bool own = tells_of_own_limit(line.text);
  if (!own && !tells_of_refusal(line.text)) return std::nullopt;
  AllocationRefused refused{.program = std::string(line.identifier),
                            .by = own ? RefusedBy::OwnLimit : RefusedBy::Unknown};
  refused.pid = line.sender_pid;
  refused.unit = unit_in(line);
  return refused;
}

}  // namespace

bool may_tell_of_refusal(std::string_view text) {
  constexpr std::array<std::string_view, 4> kRare{"emory", "OutOfMemory", "bad_alloc", "exceed data ulimit"};
  return contains_any(text, kRare);
}

std::optional<AllocationRefused> classify_refusal(const LogLine& line) {
  const bool a_programs = !line.identifier.empty() && line.identifier != "kernel";
  if (a_programs) return may_tell_of_refusal(line.text) ? read_program(line) : std::nullopt;
  if (line.transport == Transport::Userspace) return std::nullopt;
  if (line.text.starts_with("__vm_enough_memory: ")) return read_overcommit(line.text);
  return contains(line.text, " exceed data ulimit ") ? read_data_limit(line.text) : std::nullopt;
}

}  // namespace oomwhy
