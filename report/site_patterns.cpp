#include "report/site_patterns.hpp"

#include <re2/re2.h>

#include <memory>
#include <utility>

namespace oomwhy {

struct SitePatterns::Compiled {
  std::unique_ptr<re2::RE2> pattern;
};

bool is_site_pattern(const std::string& pattern) {
  const re2::RE2 compiled(pattern, re2::RE2::Quiet);
  return compiled.ok() && !re2::RE2::PartialMatch("", compiled);
}

SitePatterns::SitePatterns(const std::vector<std::string>& patterns) {
  for (const std::string& pattern : patterns) {
    if (is_site_pattern(pattern)) patterns_.push_back({std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet)});
  }
}
SitePatterns::SitePatterns(SitePatterns&&) noexcept = default;
SitePatterns& SitePatterns::operator=(SitePatterns&&) noexcept = default;
SitePatterns::~SitePatterns() = default;

std::string SitePatterns::replace(std::string_view text, const StandIn& stand_in) const {
  std::string current(text);
  for (const Compiled& compiled : patterns_) {
    std::string replaced;
    std::size_t at = 0;
    re2::StringPiece match;
    while (at < current.size() &&
           compiled.pattern->Match(current, at, current.size(), re2::RE2::UNANCHORED, &match, 1) && !match.empty()) {
      const auto start = static_cast<std::size_t>(match.data() - current.data());
      replaced.append(current, at, start - at);
      replaced += stand_in({match.data(), match.size()}, current, start);
      at = start + match.size();
    }
    replaced.append(current, at, std::string::npos);
    current = std::move(replaced);
  }
  return current;
}

}  // namespace oomwhy
