// What is fuzzed: functions of bytes that must return, whatever the bytes are. libFuzzer drives them, and the files of
// testdata/fuzz/ are replayed through them as an ordinary test.
#pragma once

#include <string_view>
#include <vector>

namespace oomwhy::fuzz {

struct Target {
  std::string_view name;  // also the folder of its corpus
  void (*run)(std::string_view bytes);
};

const std::vector<Target>& targets();

}  // namespace oomwhy::fuzz
