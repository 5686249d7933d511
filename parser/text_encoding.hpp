// Text as other systems write it, made UTF-8 with LF: UTF-16 with a byte order mark (PowerShell's redirection), lines
// that end in CR alone (old terminals' captures).
#pragma once

#include <memory>

#include "parser/byte_stream.hpp"

namespace oomwhy {

// The stream itself where its first bytes show neither.
std::unique_ptr<ByteStream> as_plain_text(std::unique_ptr<ByteStream> stream);

}  // namespace oomwhy
