#include "cli/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "cli/write_all.hpp"

namespace oomwhy {
namespace {

// A rename is on the disk when its folder is.
int sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  // Some file systems have no sync for folders: nothing is lost by that but time.
  const int error = ::fsync(descriptor) != 0 && errno != EINVAL ? errno : 0;
  ::close(descriptor);
  return error;
}

Error failure(const std::string& path, int error) {
  return {path, std::strerror(error), "a folder that you may write to"};
}

}  // namespace

Result<AtomicFile> AtomicFile::open(const std::string& path, mode_t mode) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return failure(path, EISDIR);
  // A run that was killed may have left its file; O_EXCL follows no link that somebody put there.
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) return failure(path, errno);
  if (::fchmod(descriptor, mode) != 0) {
    const int error = errno;
    ::close(descriptor);
    ::unlink(fresh.c_str());
    return failure(path, error);
  }
  return AtomicFile(path, fresh, descriptor);
}

AtomicFile::AtomicFile(std::string path, std::string fresh, int descriptor)
    : path_(std::move(path)), fresh_(std::move(fresh)), descriptor_(descriptor) {}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      fresh_(std::move(other.fresh_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(fresh_.c_str());
}

std::optional<Error> AtomicFile::fail(int error) const {
  ::unlink(fresh_.c_str());
  return failure(path_, error);
}

std::optional<Error> AtomicFile::commit(std::string_view text) {
  int error = write_all(descriptor_, text);
  if (error == 0 && ::fsync(descriptor_) != 0) error = errno;
  if (::close(std::exchange(descriptor_, -1)) != 0 && error == 0) error = errno;
  if (error != 0) return fail(error);
  if (::rename(fresh_.c_str(), path_.c_str()) != 0) return fail(errno);
  error = sync_folder(path_);
  return error == 0 ? std::nullopt : std::optional(failure(path_, error));
}

}  // namespace oomwhy
