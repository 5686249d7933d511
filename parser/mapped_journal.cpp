#include "parser/mapped_journal.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "parser/scan_text.hpp"

namespace oomwhy {
namespace {

constexpr unsigned kStepsBetween = 32;

// Read-only and shared, so that nothing of ours can be in it: "7f…000-7f…000 r--s 00000000 fe:01 123   /x/y.journal".
bool is_journal(std::string_view mapping) {
  return mapping.find(" r--s ") != std::string_view::npos &&
         (mapping.ends_with(".journal") || mapping.ends_with(".journal~") || mapping.ends_with(".journal (deleted)"));
}

void let_go(const std::string& mapping) {
  void* begin = nullptr;
  void* end = nullptr;
  if (std::sscanf(mapping.c_str(), "%p-%p", &begin, &end) != 2) return;
  const auto length = static_cast<char*>(end) - static_cast<char*>(begin);
  if (length > 0) ::madvise(begin, static_cast<std::size_t>(length), MADV_DONTNEED);
}

}  // namespace

MappedJournal::MappedJournal() : statistics_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}

MappedJournal::~MappedJournal() {
  if (statistics_ >= 0) ::close(statistics_);
}

// man proc: the third number of statm is RssFile and RssShmem, in pages. Where /proc is not there nothing is known, and
// nothing given back.
std::size_t MappedJournal::resident() const {
  std::array<char, 128> text{};
  const auto size = statistics_ < 0 ? -1 : ::pread(statistics_, text.data(), text.size(), 0);
  if (size <= 0) return 0;
  std::string_view numbers(text.data(), static_cast<std::size_t>(size));
  for (int skipped = 0; skipped < 2; ++skipped) numbers.remove_prefix(numbers.find(' ') + 1);
  return take_number<std::size_t>(numbers).value_or(0) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

void MappedJournal::keep_small(Step step) {
  steps_ += static_cast<unsigned>(step);
  if (steps_ < kStepsBetween) return;
  steps_ = 0;
  if (resident() <= kMost) return;
  std::ifstream maps("/proc/self/maps");
  for (std::string mapping; std::getline(maps, mapping);) {
    if (is_journal(mapping)) let_go(mapping);
  }
}

}  // namespace oomwhy
