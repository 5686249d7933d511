// libsystemd maps journal files and keeps them mapped: whatever was looked at once counts as resident memory of ours.
// These pages are the page cache's, and can be given back without losing anything.
#pragma once

#include <cstddef>

namespace oomwhy {

class MappedJournal {
 public:
  // An entry of a walk is some pages; a seek is some pages of every level of the index of every file.
  enum class Step : unsigned { Entry = 1, Seek = 8 };

  MappedJournal();
  ~MappedJournal();
  MappedJournal(const MappedJournal&) = delete;
  MappedJournal& operator=(const MappedJournal&) = delete;

  // To be called for every step. Now and then it looks at how much of the mapped files is resident, and lets go of the
  // pages of journal files where that is more than kMost; looking at them again brings them back.
  void keep_small(Step step = Step::Entry);

  static constexpr std::size_t kMost = std::size_t{40} << 20;  // bytes

 private:
  std::size_t resident() const;

  int statistics_ = -1;  // /proc/self/statm
  unsigned steps_ = 0;
};

}  // namespace oomwhy
