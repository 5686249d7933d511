// The spelling of an assumption: TARGET:Setting=VALUE, in the words of systemd unit files.
#include <charconv>
#include <limits>
#include <string>

#include "report/what_if.hpp"

namespace oomwhy {
namespace {

Error refuse(std::string_view text, std::string why) {
  return {std::string(text), std::move(why),
          "write TARGET:OOMScoreAdjust=N, TARGET:MemoryMax=SIZE or TARGET:MemorySwapMax=SIZE, as in "
          "mariadb.service:OOMScoreAdjust=-500"};
}

// Powers of 1024, as systemd reads its K, M, G and T.
std::optional<std::uint64_t> factor(std::string_view suffix) {
  constexpr std::string_view kSuffixes = "KMGTPE";
  if (suffix.empty() || suffix == "B") {
    return 1;
  }
  const std::size_t power = kSuffixes.find(suffix.front());
  const std::string_view rest = suffix.substr(1);
  if (power == std::string_view::npos || !(rest.empty() || rest == "B" || rest == "iB")) {
    return std::nullopt;
  }
  return std::uint64_t{1} << (10 * (power + 1));
}

std::optional<Bytes> parse_size(std::string_view text) {
  if (text == "infinity") {
    return Bytes{std::numeric_limits<std::uint64_t>::max()};
  }
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end == text.data()) {
    return std::nullopt;
  }
  const auto unit = factor(text.substr(static_cast<std::size_t>(end - text.data())));
  return unit ? std::optional<Bytes>(Bytes{saturating_multiply(count, *unit)}) : std::nullopt;
}

std::optional<int> parse_adj(std::string_view text) {
  int adj = 0;
  if (text.size() > 1 && text.front() == '+') {
    text.remove_prefix(1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), adj);
  if (error != std::errc() || end != text.data() + text.size() || adj < -1000 || adj > 1000) {
    return std::nullopt;
  }
  return adj;
}

Result<Assumption> with_adj(std::string_view text, std::string_view value, Assumption assumption) {
  const std::optional<int> adj = parse_adj(value);
  if (!adj) {
    return refuse(text, "OOMScoreAdjust is a number from -1000 to 1000");
  }
  assumption.adj = *adj;
  return assumption;
}

Result<Assumption> with_limit(std::string_view text, std::string_view value, Assumption assumption) {
  const std::optional<Bytes> limit = parse_size(value);
  if (!limit) {
    return refuse(text, "the size is a number of bytes, with K, M, G or T behind it, or infinity");
  }
  assumption.limit = *limit;
  return assumption;
}

}  // namespace

// A name may hold colons; a value holds none.
Result<Assumption> parse_assumption(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  const std::size_t colon = equals == std::string_view::npos ? equals : text.substr(0, equals).rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return refuse(text, "no TARGET:Setting=VALUE");
  }
  Assumption assumption;
  assumption.target = std::string(text.substr(0, colon));
  const std::string_view setting = text.substr(colon + 1, equals - colon - 1);
  const std::string_view value = text.substr(equals + 1);
  if (setting == "OOMScoreAdjust") {
    assumption.setting = Assumption::Setting::OomScoreAdjust;
    return with_adj(text, value, assumption);
  }
  if (setting == "MemoryMax") {
    assumption.setting = Assumption::Setting::MemoryMax;
    return with_limit(text, value, assumption);
  }
  if (setting == "MemorySwapMax") {
    assumption.setting = Assumption::Setting::MemorySwapMax;
    return with_limit(text, value, assumption);
  }
  return refuse(text, "\"" + std::string(setting) + "\" is no setting that can be replayed");
}

}  // namespace oomwhy
