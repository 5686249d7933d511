#include "parser/scanner.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>

#include "parser/grammar.hpp"

namespace oomwhy {
namespace {

bool holds_anchor(std::string_view text) {
  Findings findings;
  scan_block(text, ScanMethod::Portable, findings);
  return !findings.anchors.empty();
}

// The scan may read a few bytes behind the block.
Findings scan(const std::string& text, ScanMethod method) {
  const std::string padded = text + std::string(64, 'x');
  Findings findings;
  scan_block({padded.data(), text.size()}, method, findings);
  return findings;
}

TEST_CASE("lines end where their newlines are") {
  CHECK(scan("a\n\nbc\nd", ScanMethod::Portable).line_ends == std::vector<std::uint32_t>{1, 2, 5});
  CHECK(scan("", ScanMethod::Portable).line_ends.empty());
}

TEST_CASE("an anchor is found wherever it stands, whole") {
  for (const ScanMethod method : {ScanMethod::Portable, best_scan_method()}) {
    for (std::size_t before = 0; before < 70; ++before) {
      const std::string front(before, 'o');
      CHECK(!scan(front + "php invoked oom-killer: x", method).anchors.empty());
      CHECK(!scan(front + "Out of memory", method).anchors.empty());
      CHECK(scan(front + "oom-kil", method).anchors.empty());
      CHECK(scan(front + "kernel message", method).anchors.empty());
    }
  }
}

TEST_CASE("all methods find the same") {
  constexpr std::string_view words[] = {"oom-kill",
                                        "Killed process",
                                        "\n",
                                        "\r",
                                        "messages ",
                                        "dropped",
                                        "e",
                                        " ",
                                        "K",
                                        "ut of memory",
                                        "OOM received",
                                        "\\x41",
                                        "oom_",
                                        "was terminated by signal 9"};
  std::mt19937 random(3);
  for (int i = 0; i < 300; ++i) {
    std::string text;
    const std::size_t pieces = random() % 60;
    for (std::size_t piece = 0; piece < pieces; ++piece) {
      std::string word(words[random() % std::size(words)]);
      if (random() % 8 == 0) word.resize(random() % word.size());
      if (random() % 4 == 0) word += static_cast<char>(random() % 256);
      text += word;
    }
    const Findings portable = scan(text, ScanMethod::Portable);
    const Findings best = scan(text, best_scan_method());
    CHECK(portable.line_ends == best.line_ends);
    CHECK(portable.anchors == best.anchors);
  }
}

TEST_CASE("a line that is a fact has an anchor, or the opening or shape of one") {
  std::size_t facts = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(OOMWHY_TESTDATA)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("input.")) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    for (std::string line; std::getline(file, line);) {
      // Every beginning behind a bracket, a colon or a semicolon: one of them is the kernel's text.
      std::string_view text = line;
      for (;;) {
        const bool fact = !std::holds_alternative<Unrelated>(classify(text));
        facts += fact ? 1 : 0;
        if (fact && !has_shape_of_fact(text) && !holds_anchor(text)) FAIL("neither anchor nor shape: " << text);
        const auto next = text.find_first_of("];:");
        if (next == std::string_view::npos) break;
        text.remove_prefix(next + 1);
      }
    }
  }
  CHECK(facts > 10000);
}

}  // namespace
}  // namespace oomwhy
