#include "cli/drop_in_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>

#include "cli/write_all.hpp"

namespace oomwhy {
namespace {

constexpr mode_t kFileMode = 0644;

// Units are named by a log: "NAME.d/FILE" and nothing that leads elsewhere.
bool is_safe(const std::string& path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string::npos || slash == 0 || path.find('/', slash + 1) != std::string::npos) return false;
  const bool has_control =
      std::any_of(path.begin(), path.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return !has_control && path.front() != '.' && path[slash + 1] != '.' && slash + 1 < path.size();
}

Error failure(const std::string& path, int error) {
  if (error == EEXIST) return {path, "exists, and is left as it is", "--force overwrites it"};
  return {path, std::strerror(error), "--out=DIR with another folder"};
}

// A new file with the text; errno, else 0. O_EXCL follows no symbolic link either.
int create(const std::string& path, const std::string& text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
  if (descriptor < 0) return errno;
  int error = write_all(descriptor, text);
  if (::close(descriptor) != 0 && error == 0) error = errno;
  return error;
}

// The old file stays whole until the new one is.
int replace(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  if (const int error = create(fresh, text)) return error;
  if (::rename(fresh.c_str(), path.c_str()) == 0) return 0;
  const int error = errno;
  ::unlink(fresh.c_str());
  return error;
}

std::optional<Error> write_one(const DropIn& drop_in, const std::string& folder, Overwrite overwrite) {
  if (!is_safe(drop_in.path)) return Error{drop_in.path, "not a name for a drop-in", "oomwhy advise without --out"};
  const std::filesystem::path path = std::filesystem::path(folder) / drop_in.path;
  std::error_code made;
  std::filesystem::create_directories(path.parent_path(), made);
  if (made) return failure(path.parent_path().string(), made.value());
  const int error =
      overwrite == Overwrite::Yes ? replace(path.string(), drop_in.text) : create(path.string(), drop_in.text);
  return error == 0 ? std::nullopt : std::optional(failure(path.string(), error));
}

}  // namespace

Written write_drop_ins(const std::vector<DropIn>& drop_ins, const std::string& folder, Overwrite overwrite) {
  Written written;
  for (const DropIn& drop_in : drop_ins) {
    if (auto error = write_one(drop_in, folder, overwrite)) {
      written.errors.push_back(*error);
    } else {
      written.paths.push_back((std::filesystem::path(folder) / drop_in.path).string());
    }
  }
  return written;
}

}  // namespace oomwhy
