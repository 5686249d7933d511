#include "cli/redaction_key.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

namespace oomwhy {
namespace {

Result<std::string> read_redaction_key(const std::string& path) {
  constexpr std::size_t kShortest = 16, kLongest = 4096;
  const std::string try_this = "head -c 32 /dev/urandom | base64 >" + path;
  if (path.empty()) return std::string();
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string key(kLongest + 1, '\0');
  if (file) file.read(key.data(), static_cast<std::streamsize>(key.size()));
  if (!file && !file.eof()) return Error{path, std::strerror(errno == 0 ? EIO : errno), try_this};
  key.resize(static_cast<std::size_t>(file.gcount()));
  while (!key.empty() && (key.back() == '\n' || key.back() == '\r')) key.pop_back();
  if (key.size() < kShortest) return Error{path, "a key needs 16 bytes or more", try_this};
  if (key.size() > kLongest) return Error{path, "a key has at most 4096 bytes", try_this};
  return key;
}

}  // namespace

Result<RedactionChoice> redaction_choice(const OutputChoice& output) {
  auto key = read_redaction_key(output.redaction_key_file);
  if (!key) return key.error();
  return RedactionChoice{output.redaction, std::move(*key), output.redaction_patterns};
}

}  // namespace oomwhy
