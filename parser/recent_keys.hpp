// The last few thousand of many numbers, to know one that came a short while ago. Nothing is allocated for one of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace oomwhy {

class RecentKeys {
 public:
  explicit RecentKeys(std::size_t most);

  // False: it is one of the last `most` that were put in. The oldest of them makes room for a new one.
  bool insert(std::uint64_t key);

 private:
  std::size_t home(std::uint64_t key) const;
  std::size_t slot_of(std::uint64_t key) const;
  void erase(std::uint64_t key);

  std::vector<std::uint64_t> slots_;  // open addressing, linear; 0: free
  std::vector<std::uint64_t> order_;  // a ring; 0: not yet used
  std::size_t next_ = 0;
};

}  // namespace oomwhy
