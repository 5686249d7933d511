#include "cli/log_set.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>

namespace oomwhy {
namespace {

// Where a file stands in its set: dated ones by their date, numbered ones from the highest down, the log itself last.
using Age = std::tuple<int, std::int64_t, std::string>;

struct Member {
  std::string name;
  Age age;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_compression(std::string_view path) {
  constexpr std::array<std::string_view, 5> kEndings = {".gz", ".xz", ".zst", ".bz2", ".lz4"};
  for (const std::string_view ending : kEndings) {
    if (path.ends_with(ending) && path.size() > ending.size()) return path.substr(0, path.size() - ending.size());
  }
  return path;
}

Member place(const std::string& path) {
  constexpr std::size_t kDate = 8;
  const std::string_view plain = without_compression(path);
  std::size_t digits = plain.size();
  while (digits > 0 && is_digit(plain[digits - 1])) --digits;
  const std::string_view number = plain.substr(digits);
  const char before = digits > 1 ? plain[digits - 1] : '\0';
  const bool dated = number.size() >= kDate && (before == '-' || before == '.');
  const bool numbered = !number.empty() && number.size() < kDate && before == '.';
  std::int64_t value = 0;
  std::from_chars(number.data(), number.data() + number.size(), value);
  if (dated) return {std::string(plain.substr(0, digits - 1)), {0, value, path}};
  if (numbered) return {std::string(plain.substr(0, digits - 1)), {1, -value, path}};
  return {std::string(plain), {2, plain.size() == path.size() ? 1 : 0, path}};
}

}  // namespace

std::vector<LogSet> find_log_sets(const std::vector<std::string>& files) {
  std::map<std::string, std::vector<Member>> found;
  for (const std::string& file : files) {
    Member member = place(file);
    found[member.name].push_back(std::move(member));
  }
  std::vector<LogSet> sets;
  for (auto& [name, members] : found) {
    std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.age < b.age; });
    LogSet set{name, {}};
    for (const Member& member : members) set.members.push_back(std::get<2>(member.age));
    set.members.erase(std::unique(set.members.begin(), set.members.end()), set.members.end());
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace oomwhy
