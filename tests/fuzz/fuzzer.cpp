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

namespace {

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// As much of `text` as there is room for.
std::size_t put(const std::string& text, std::uint8_t* data, std::size_t max_size) {
  const std::size_t length = std::min(text.size(), max_size);
  std::memcpy(data, text.data(), length);
  return length;
}

}  // namespace

// Every other change is one of lines and names, which bytes alone would seldom hit upon.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  if (seed % 2 == 0) return LLVMFuzzerMutate(data, size, max_size);
  return put(oomwhy::fuzz::mutate_report(text_of(data, size), seed), data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size, std::uint8_t* out,
                                                 std::size_t max_size, unsigned int seed) {
  return put(oomwhy::fuzz::interleave_reports(text_of(one, one_size), text_of(other, other_size), seed), out, max_size);
}
