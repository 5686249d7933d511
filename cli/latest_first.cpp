#include "cli/latest_first.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/typed_lines.hpp"
#include "parser/archive.hpp"
#include "parser/byte_stream.hpp"
#include "report/moment.hpp"
#include "report/neighbours.hpp"

namespace oomwhy {
namespace {

// No kill is joined with one that was longer ago, in an incident or a loop, and no word with a kill: an hour.
constexpr std::int64_t kReachUs = std::int64_t{3600} * 1'000'000;
constexpr std::uint64_t kGrowth = 4;
constexpr std::size_t kHead = std::size_t{64} << 10;

// --- what is asked for --------------------------------------------------------------------------------------------

bool is_latest_of_all(const Selection& selection) {
  return selection.limit == 1 && selection.matches.empty() && selection.units.empty() && selection.scopes.empty() &&
         selection.killers.empty() && !selection.boot && !selection.since_us && !selection.until_us;
}

bool is_one_file(const Request& request) {
  return request.inputs.size() == 1 && request.inputs.front() != "-" && !request.journal.named() &&
         !request.kernel_ring;
}

// Absent: not a regular file.
std::optional<std::uint64_t> size_of(const std::string& path) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  return failure ? std::nullopt : std::optional<std::uint64_t>(size);
}

// --- the file -----------------------------------------------------------------------------------------------------

// What can be begun anywhere in: one byte a character, nothing packed.
bool are_plain_lines(std::string_view head) {
  return head.find('\n') != std::string_view::npos && head.find('\0') == std::string_view::npos && !is_packed(head) &&
         !are_typed_lines(head);
}

// Where the first line begins that begins behind `position`. Absent: none does.
std::optional<std::uint64_t> line_behind(const std::string& path, std::uint64_t position) {
  auto stream = open_bytes(path, position);
  if (!stream) return std::nullopt;
  std::array<char, 4096> block{};
  while (const std::size_t count = (*stream)->read(block.data(), block.size())) {
    const std::size_t newline = std::string_view(block.data(), count).find('\n');
    if (newline != std::string_view::npos) return position + newline + 1;
    position += count;
  }
  return std::nullopt;
}

// --- whether it is whole ------------------------------------------------------------------------------------------

// Absent: no clock tells. A clock that starts anew with each boot tells nothing where there are several.
std::optional<std::int64_t> span(const std::optional<Time>& earlier, const std::optional<Time>& later, bool one_boot) {
  if (!earlier || !later || place_of(*earlier).first != place_of(*later).first) return std::nullopt;
  if (!one_boot && !earlier->realtime_us && !earlier->wall_us) return std::nullopt;
  return microseconds_between(*earlier, *later);
}

// When the first began of the incidents that may all be one with the chosen one: a loop is one only where its first
// kills are known.
std::optional<Time> begin_of_all(const std::vector<Incident>& incidents, std::size_t chosen, bool one_boot) {
  std::optional<Time> begin = incidents[chosen].started;
  for (std::size_t i = chosen; i-- > 0;) {
    const Incident& other = incidents[i];
    if (other.host != incidents[chosen].host) continue;
    const auto between = span(other.ended ? other.ended : other.started, begin, one_boot);
    if (between && *between > kReachUs) continue;
    begin = other.started;
  }
  return begin;
}

bool is_whole(const Answer& answer, const InputSummary& head, std::int64_t reach_us) {
  if (answer.selected.incidents.size() != 1) return false;
  const Document& document = answer.document;
  const InputSummary& input = document.inputs.front();
  const bool one_boot = input.boots == 1;
  if (input.kind != head.kind || span(head.first, input.first, one_boot).value_or(-1) < 0) return false;
  const auto begin = begin_of_all(document.incidents, answer.selected.incidents.front(), one_boot);
  return span(input.first, begin, one_boot).value_or(-1) >= reach_us;
}

// Boots of journalctl's text are told by lines between them.
bool tells_boots_by_lines(const InputSummary& head) { return head.kind == "journal"; }

}  // namespace

std::optional<Answer> read_latest(const Request& request, const Stretches& stretches) {
  if (request.command != Command::Explain || !is_one_file(request) || !is_latest_of_all(request.selection)) {
    return std::nullopt;
  }
  const std::string& path = request.inputs.front();
  const auto size = size_of(path);
  if (!size || *size < stretches.worth_it) return std::nullopt;
  auto stream = open_bytes(path);
  if (!stream) return std::nullopt;
  std::string text = read_front(**stream, kHead);
  if (!are_plain_lines(text)) return std::nullopt;
  const ReadOptions options{.context = read_context(request.context)};
  const InputSummary head =
      read_source(TextSource::from_memory(std::move(text), path), options, [](const OomEvent&) {});
  if (tells_boots_by_lines(head)) return std::nullopt;
  // What is looked through in vain is a third of the file at most.
  for (std::uint64_t stretch = stretches.first; stretch <= *size / 4; stretch *= kGrowth) {
    const auto begin = line_behind(path, *size - stretch);
    if (!begin) return std::nullopt;
    auto answer = judge_and_select(read_end_of_log(request, path, *begin), request.selection);
    if (!answer) return std::nullopt;
    if (is_whole(*answer, head, stretch < stretches.for_neighbours ? kNeighbourhoodUs : kReachUs))
      return std::move(*answer);
  }
  return std::nullopt;
}

}  // namespace oomwhy
