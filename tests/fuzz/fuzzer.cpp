// One libFuzzer program a target: OOMWHY_FUZZ_TARGET is its name.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "tests/fuzz/mutate.hpp"
#include "tests/fuzz/targets.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto target =
      std::find_if(oomwhy::fuzz::targets().begin(), oomwhy::fuzz::targets().end(),
                   [](const oomwhy::fuzz::Target& one) { return one.name == OOMWHY_FUZZ_TARGET; });
  target->run({reinterpret_cast<const char*>(data), size});
  return 0;
}

// Every other change is one of lines and names, which bytes alone would seldom hit upon.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string changed = oomwhy::fuzz::mutate_report({reinterpret_cast<const char*>(data), size}, seed);
  const std::size_t length = std::min(changed.size(), max_size);
  std::memcpy(data, changed.data(), length);
  return length;
}
