// Numbers as journal files hold them, whatever the machine's own order of bytes.
#pragma once

#include <cstddef>

namespace oomwhy {

// `bytes`: at least as many as the number has.
template <typename Number>
Number little_endian(const char* bytes) {
  Number value = 0;
  for (std::size_t i = sizeof(Number); i-- > 0;) value = (value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace oomwhy
