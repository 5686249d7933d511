// What a site does not share, as patterns in RE2's syntax: any of them are found in time linear in the text. The only
// place beside the grammar that knows RE2.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace oomwhy {

// True of a valid pattern that is not found where there is nothing.
bool is_site_pattern(const std::string& pattern);

class SitePatterns {
 public:
  // Those that are none are left out.
  explicit SitePatterns(const std::vector<std::string>& patterns);
  SitePatterns(SitePatterns&&) noexcept;
  SitePatterns& operator=(SitePatterns&&) noexcept;
  SitePatterns(const SitePatterns&) = delete;
  SitePatterns& operator=(const SitePatterns&) = delete;
  ~SitePatterns();

  // What `stand_in` gives for a match that begins at an index of a text.
  using StandIn = std::function<std::string(std::string_view match, std::string_view text, std::size_t start)>;
  std::string replace(std::string_view text, const StandIn& stand_in) const;

 private:
  struct Compiled;
  std::vector<Compiled> patterns_;
};

}  // namespace oomwhy
