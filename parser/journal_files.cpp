#include "parser/journal_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "parser/little_endian.hpp"

namespace oomwhy {
namespace {

constexpr std::string_view kSignature = "LPKSHHRH";
// HEADER_INCOMPATIBLE_*: XZ 1, LZ4 2, KEYED_HASH 4, ZSTD 8, COMPACT 16 (systemd 252). The library refuses other bits.
constexpr std::uint32_t kKnownIncompatibleFlags = 0x1f;

bool is_journal_name(const std::filesystem::path& path) {
  const auto name = path.filename().string();
  return name.ends_with(".journal") || name.ends_with(".journal~");
}

bool is_machine_id(const std::string& text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_of_namespace(const std::string& space, const std::string& wanted) {
  if (wanted == "*" || space == wanted) return true;
  return wanted.starts_with('+') && (space.empty() || space == wanted.substr(1));
}

// struct Header of journal-def.h: the same place in every version, and these two before all that came later.
constexpr std::size_t kHeadRealtime = 184;
constexpr std::size_t kTailRealtime = 192;
constexpr std::size_t kHeaderMin = 208;

std::optional<JournalFileSpan> measure(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, kHeaderMin> header{};
  if (!file.read(header.data(), header.size())) return std::nullopt;
  const auto first = static_cast<std::int64_t>(little_endian<std::uint64_t>(header.data() + kHeadRealtime));
  const auto last = static_cast<std::int64_t>(little_endian<std::uint64_t>(header.data() + kTailRealtime));
  if (std::string_view(header.data(), kSignature.size()) != kSignature || first <= 0 || last < first) {
    return std::nullopt;
  }
  return JournalFileSpan{path, first, last};
}

std::optional<BlindSpot> inspect(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return BlindSpot{BlindSpotKind::Unreadable, path + ": " + std::strerror(errno)};
  std::array<char, 16> header{};
  if (!file.read(header.data(), header.size())) {
    return BlindSpot{BlindSpotKind::Damaged, path + ": too short to be a journal file"};
  }
  if (std::string_view(header.data(), kSignature.size()) != kSignature) {
    return BlindSpot{BlindSpotKind::Damaged, path + ": does not begin like a journal file"};
  }
  const auto unknown = little_endian<std::uint32_t>(header.data() + 12) & ~kKnownIncompatibleFlags;
  if (unknown != 0) {
    return BlindSpot{BlindSpotKind::UnknownFormat, path + ": written by a newer systemd in a layout unknown here"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> find_journal_files(const std::vector<std::string>& folders) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const auto& folder : folders) {
    std::error_code error;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator it(folder, options, error), end; !error && it != end; it.increment(error)) {
      if (it.depth() > 1) it.disable_recursion_pending();
      if (is_journal_name(it->path())) files.push_back(it->path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> select_journal_files(std::vector<std::string> files, const std::string& machine_id,
                                              const std::string& name_space) {
  std::erase_if(files, [&](const std::string& file) {
    const std::string folder = std::filesystem::path(file).parent_path().filename().string();
    const std::string id = folder.substr(0, folder.find('.'));
    if (!is_machine_id(id)) return false;
    const std::string space = folder.size() > id.size() ? folder.substr(id.size() + 1) : "";
    return (!machine_id.empty() && id != machine_id) || !is_of_namespace(space, name_space);
  });
  return files;
}

std::vector<BlindSpot> inspect_journal_files(const std::vector<std::string>& files) {
  std::vector<BlindSpot> spots;
  for (const auto& file : files) {
    if (auto spot = inspect(file)) spots.push_back(std::move(*spot));
  }
  return spots;
}

std::vector<JournalFileSpan> measure_journal_files(const std::vector<std::string>& files) {
  std::vector<JournalFileSpan> spans;
  for (const auto& file : files) {
    if (auto span = measure(file)) spans.push_back(std::move(*span));
  }
  return spans;
}

}  // namespace oomwhy
