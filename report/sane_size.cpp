#include "report/sane_size.hpp"

#include <algorithm>

namespace oomwhy {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

std::uint64_t step_for(Bytes size) { return size.count < 4 * kGiB ? 64 * kMiB : 256 * kMiB; }

std::string spell(Bytes size, const char* giga, const char* mega) {
  if (size.count >= kGiB && size.count % kGiB == 0) {
    return std::to_string(size.count / kGiB) + giga;
  }
  return std::to_string(size.count / kMiB) + mega;
}

}  // namespace

Bytes round_up(Bytes size) {
  const std::uint64_t step = step_for(size);
  return {saturating_multiply(saturating_add(size.count, step - 1) / step, step)};
}

Bytes round_down(Bytes size) {
  const std::uint64_t step = step_for(size);
  return {std::max(size.count / step, std::uint64_t{1}) * step};
}

std::string spell_systemd(Bytes size) { return spell(size, "G", "M"); }
std::string spell_kubernetes(Bytes size) { return spell(size, "Gi", "Mi"); }

}  // namespace oomwhy
