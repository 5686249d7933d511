#include "parser/pstore_blocks.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "parser/take.hpp"

namespace oomwhy {
namespace {

// Far more than any firmware keeps.
constexpr std::size_t kMostHeld = std::size_t{8} * 1024 * 1024;

struct Header {
  std::string_view dump;
  std::uint64_t part = 0;
};

// fs/pstore/platform.c: pstore_dump(), "%s#%d Part%u\n".
std::optional<Header> parse_header(std::string_view line) {
  if (line.empty() || !is_letter(line.front()) || !is_digit(line.back())) return std::nullopt;
  auto rest = line;
  const auto letters = line.substr(0, 17).find('#');
  if (letters == std::string_view::npos) return std::nullopt;
  for (const char c : line.substr(0, letters)) {
    if (!is_letter(c)) return std::nullopt;
  }
  rest.remove_prefix(letters + 1);
  std::uint64_t count = 0;
  Header header;
  if (!take_number(rest, 1, 9, count)) return std::nullopt;
  header.dump = line.substr(0, line.size() - rest.size());
  if (!take(rest, " Part") || !take_number(rest, 1, 9, header.part) || !rest.empty()) return std::nullopt;
  return header;
}

}  // namespace

PstoreBlocks::PstoreBlocks(LineSink lines, DiagnosticSink diagnostics)
    : lines_(std::move(lines)), diagnostics_(std::move(diagnostics)) {}

bool PstoreBlocks::begins(std::string_view line) { return parse_header(line).has_value(); }

void PstoreBlocks::begin_block(std::string_view line, std::uint64_t number) {
  const auto header = parse_header(line);
  const bool same_dump = header->dump == dump_;
  if (!same_dump) {
    hand_on_all();
    dump_.assign(header->dump);
  }
  blocks_.push_back(Block{header->part, number + 1, {}});
  open_ = true;
}

void PstoreBlocks::feed(std::string_view line, std::uint64_t number) {
  if (begins(line)) return begin_block(line, number);
  held_ += line.size() + 1;
  if (held_ > kMostHeld) {
    if (!std::exchange(too_many_, true) && diagnostics_) {
      diagnostics_(
          Diagnostic{Origin{{}, number, {}}, DiagnosticKind::TooLong,
                     "pstore: the parts of " + dump_ + " are too large to be put in order; read as they stand"});
    }
    hand_on_all();
    blocks_.push_back(Block{0, number, {}});
  }
  blocks_.back().lines.append(line).push_back('\n');
}

void PstoreBlocks::hand_on_all() {
  std::stable_sort(blocks_.begin(), blocks_.end(), [](const Block& a, const Block& b) { return a.part > b.part; });
  for (const auto& block : blocks_) {
    std::string_view rest = block.lines;
    for (auto number = block.first_line; !rest.empty(); ++number) {
      const auto newline = rest.find('\n');
      lines_(rest.substr(0, newline), number);
      rest.remove_prefix(newline + 1);
    }
  }
  blocks_.clear();
  held_ = 0;
}

void PstoreBlocks::finish() {
  if (open_) hand_on_all();
  open_ = false;
}

}  // namespace oomwhy
