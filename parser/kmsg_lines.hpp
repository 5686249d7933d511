// Records of /dev/kmsg and netconsole as lines: pieces of one line are put together again, escapes undone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/kmsg_record.hpp"
#include "parser/outlet.hpp"

namespace oomwhy {

class KmsgLines {
 public:
  explicit KmsgLines(Outlet& outlet) : outlet_(outlet) {}

  // False: the line is no record; what was held has been handed on. " KEY=value" lines of a record are taken, too.
  bool feed(std::string_view line, std::uint64_t number);
  void finish();
  bool open() const { return held_; }

 private:
  bool continues(const KmsgRecord& record) const;
  void hold(const KmsgRecord& record, std::uint64_t number);

  Outlet& outlet_;
  bool after_record_ = false;
  // A line that may go on in the next record.
  bool held_ = false;
  KmsgRecord record_;
  std::uint64_t line_ = 0;
  std::string text_, caller_, stamp_;
  std::string scratch_;
};

}  // namespace oomwhy
