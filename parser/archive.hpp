// Compressed files and archives: told by content, read as streams, never unpacked to disk. The only place that knows
// libarchive.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parser/byte_stream.hpp"
#include "parser/diagnostic.hpp"

namespace oomwhy {

// True where a file begins like gzip, xz, zstd, bzip2, lz4, zip or tar. 512 bytes are enough.
bool is_packed(std::string_view head);
// True where a file begins like a journal file of systemd.
bool is_journal_file(std::string_view head);

// True where a file holds several texts; false also for one that cannot be read.
bool is_archive(const std::string& path);

// The text of a file, pulled: of one that is only compressed what comes out of it. Error: cannot be opened, is damaged
// from its start, or is an archive of several texts.
Result<std::unique_ptr<ByteStream>> open_text(const std::string& path);

// One text inside: `name` is the outer name for a file that is only compressed, "sos.tar.xz!var/log/messages" for a
// member.
using MemberSink = std::function<void(std::unique_ptr<ByteStream> member, const std::string& name)>;

// Hands on every text in `packed`, archives in archives too (to a depth of 3). What cannot be read (a truncated end, a
// member that is no text, a decompression bomb) is told, and what was read before it stands.
std::vector<BlindSpot> unpack(PeekedStream& packed, const std::string& name, const MemberSink& member);

}  // namespace oomwhy
