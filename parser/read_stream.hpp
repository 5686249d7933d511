// reader.hpp's read_file() for a stream whose first bytes somebody has looked at already.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parser/byte_stream.hpp"
#include "parser/reader.hpp"

namespace oomwhy {

std::vector<InputSummary> read_stream(std::unique_ptr<PeekedStream> stream, const std::string& name,
                                      const ReadOptions& options, const EventSink& events);

}  // namespace oomwhy
