// A line's fact, of the kind that the test expects it to be.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <utility>

#include "parser/grammar.hpp"

namespace oomwhy::test {

// The facts point into the line, so the lines are kept.
template <typename Kind>
Kind read(std::string line) {
  static std::deque<std::string> lines;
  lines.push_back(std::move(line));
  INFO(lines.back());
  const Fact fact = classify(lines.back());
  REQUIRE(std::holds_alternative<Kind>(fact));
  return std::get<Kind>(fact);
}

}  // namespace oomwhy::test
