// The rows of a task table by their PIDs, in one piece of memory: a table has as many as a host has tasks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace oomwhy {

class SeenRows {
 public:
  // The hash that was put in with the PID; absent: no row of that PID was.
  std::optional<std::uint64_t> find(std::uint32_t pid) const;
  bool contains(std::uint32_t pid) const { return find(pid).has_value(); }
  // The first row of a PID stays.
  void insert(std::uint32_t pid, std::uint64_t hash);

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t pid = 0;
    bool used = false;
  };
  std::size_t slot_of(std::uint32_t pid) const;
  void grow();

  std::vector<Slot> slots_;  // open addressing, linear; a power of two, at most half of them used
  std::size_t count_ = 0;
};

}  // namespace oomwhy
