#include "parser/journal_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "parser/archive.hpp"
#include "parser/journal_header.hpp"

namespace oomwhy {
namespace {

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

std::optional<JournalFileSpan> measure(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, JournalHeader::kSize> header{};
  if (!file.read(header.data(), header.size())) return std::nullopt;
  const auto stamp_at = [&](std::size_t at) {
    return static_cast<std::int64_t>(little_endian<std::uint64_t>(header.data() + at));
  };
  const std::int64_t first = stamp_at(JournalHeader::kHeadRealtime), last = stamp_at(JournalHeader::kTailRealtime);
  if (!is_journal_file({header.data(), header.size()}) || first <= 0 || last < first) return std::nullopt;
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
  const std::string_view begin(header.data(), header.size());
  if (!is_journal_file(begin)) {
    return BlindSpot{BlindSpotKind::Damaged, path + ": does not begin like a journal file"};
  }
  if (!JournalHeader::has_known_layout(begin)) {
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
