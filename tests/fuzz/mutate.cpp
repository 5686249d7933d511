#include "tests/fuzz/mutate.hpp"

#include <array>
#include <random>
#include <utility>
#include <vector>

namespace oomwhy::fuzz {
namespace {

using Lines = std::vector<std::string>;

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string join(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class Mutation {
 public:
  Mutation(Lines lines, std::uint32_t seed) : lines_(std::move(lines)), draw_(seed) {}

  std::string run() {
    if (lines_.empty()) lines_.emplace_back();
    constexpr std::array kKinds = {&Mutation::drop, &Mutation::duplicate,    &Mutation::swap,        &Mutation::splice,
                                   &Mutation::move, &Mutation::change_digit, &Mutation::change_name, &Mutation::cut};
    (this->*kKinds[below(kKinds.size())])();
    return join(lines_);
  }

 private:
  std::size_t below(std::size_t count) { return draw_() % count; }
  std::size_t any_line() { return below(lines_.size()); }
  auto at(std::size_t line) { return lines_.begin() + static_cast<std::ptrdiff_t>(line); }

  void drop() { lines_.erase(at(any_line())); }
  void duplicate() {
    const std::string line = lines_[any_line()];
    lines_.insert(at(any_line()), line);
  }
  void swap() { std::swap(lines_[any_line()], lines_[any_line()]); }
  void splice() {
    const std::string head = lines_[any_line()], tail = lines_[any_line()];
    lines_[any_line()] = head.substr(0, below(head.size() + 1)) + tail.substr(below(tail.size() + 1));
  }
  void move() {
    const std::size_t from = any_line();
    std::string line = std::move(lines_[from]);
    lines_.erase(at(from));
    lines_.insert(at(below(lines_.size() + 1)), std::move(line));
  }
  void change_digit() {
    std::string& line = lines_[any_line()];
    const auto digit = line.find_first_of("0123456789", below(line.size() + 1));
    if (digit == std::string::npos) return;
    if (below(4) == 0) line.insert(digit, "9999999999999999999");
    line[digit] = static_cast<char>('0' + below(10));
  }
  void change_name() {
    std::string& line = lines_[any_line()];
    const auto start = line.find_first_of(" (=", below(line.size() + 1));
    if (start == std::string::npos) return;
    const auto end = line.find_first_of(" ),", start + 1);
    const std::size_t length = end == std::string::npos ? std::string::npos : end - start - 1;
    line.replace(start + 1, length, hostile_name(static_cast<std::uint32_t>(draw_())));
  }
  void cut() {
    std::string& line = lines_[any_line()];
    line.resize(below(line.size() + 1));
  }

  Lines lines_;
  std::mt19937 draw_;
};

}  // namespace

std::string_view hostile_name(std::uint32_t draw) {
  // At most 15 bytes, as the kernel keeps them; a longer one is what a log's writer can put there.
  constexpr std::array<std::string_view, 20> kNames = {
      "x) total-vm:1kB",
      "a\\nOut of memory",
      "[  1] 0",
      ") ",
      "a,b=c,pid=1",
      "\x1b[31mred\x1b[0m",
      "\xe2\x80\xae"
      "cod",
      "\xff\xfe",
      "<script>",
      "[x](http://x)",
      "![x](x)",
      "@everyone",
      "| a | b |",
      "# heading",
      "```",
      "-->",
      "&lt;b&gt;",
      "\x7f\x01\x02",
      "oom-kill:",
      "",
  };
  return kNames[draw % kNames.size()];
}

std::string interleave_reports(std::string_view one, std::string_view other, std::uint32_t seed) {
  Lines first = split(one), second = split(other), all;
  std::mt19937 draw(seed);
  std::size_t from_first = 0, from_second = 0;
  while (from_first < first.size() || from_second < second.size()) {
    const bool take_first = from_second == second.size() || (from_first < first.size() && draw() % 2 == 0);
    all.push_back(std::move(take_first ? first[from_first++] : second[from_second++]));
  }
  return join(all);
}

std::string mutate_report(std::string_view log, std::uint32_t seed) { return Mutation(split(log), seed).run(); }

}  // namespace oomwhy::fuzz
