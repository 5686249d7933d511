// "Nov 20 23:45:19 host kernel: ": what the kernel's lines of one second have in common in a syslog file. A report has
// dozens of lines in a second; what stands before the kernel's own stamp is read once and then known by its bytes.
#pragma once

#include <string>
#include <string_view>

#include "parser/envelope.hpp"

namespace oomwhy {

class KernelFront {
 public:
  KernelFront() = default;
  KernelFront(const KernelFront&) = delete;
  KernelFront& operator=(const KernelFront&) = delete;

  // Takes the front off a line that begins with it and goes on with the kernel's "["; then `found` is what
  // take_line_envelope() would have found so far. False: nothing has changed.
  bool take(std::string_view& rest, Envelope& found) const;
  // A line that take() did not know, and what its envelope is.
  void learn(std::string_view line, const Envelope& found);

 private:
  std::string front_;
  bool known_ = false;
  Envelope alone_;  // of the front, into which its views point
};

}  // namespace oomwhy
