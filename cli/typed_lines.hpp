// Typed JSON lines (the scan's, or of -o json-lines), read back from a stream.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "parser/byte_stream.hpp"
#include "parser/diagnostic.hpp"
#include "report/json_read.hpp"

namespace oomwhy {

struct TypedLines {
  std::string source;
  std::vector<RunRead> runs;
  std::uint64_t damaged_lines = 0;
};

// Error: it could not be read to its end.
Result<TypedLines> read_typed_lines(ByteStream& stream, const std::string& source);

}  // namespace oomwhy
