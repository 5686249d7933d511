// A file that is replaced whole or not at all: written beside its place, synced, renamed.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "parser/diagnostic.hpp"

namespace oomwhy {

// The file beside its place, open: whether it can be written is known before any work is done. What was not committed
// is taken away.
class AtomicFile {
 public:
  static Result<AtomicFile> open(const std::string& path, mode_t mode);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  // The old file stays as it is where this fails.
  std::optional<Error> commit(std::string_view text);

 private:
  AtomicFile(std::string path, std::string fresh, int descriptor);
  std::optional<Error> fail(int error) const;

  std::string path_, fresh_;
  int descriptor_ = -1;
};

}  // namespace oomwhy
