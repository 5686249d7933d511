// Text to standard output, through a pager where a person reads it there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/request.hpp"
#include "parser/diagnostic.hpp"
#include "report/renderer.hpp"

namespace oomwhy {

// A reader that goes away early (a closed pipe, a pager that was quit) is no error.
class Output {
 public:
  // The pager's process is made now, because the sandbox lets nothing be started later; it becomes the pager with the
  // first byte that it gets, and ends without one.
  explicit Output(PagerMode mode);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // All of the text, once: a pager ends with it. A pager that is not there is known only after it should have shown
  // something: for one, the text is made whole.
  std::optional<Error> write(const Rendering& rendering);

 private:
  bool page(std::string_view text);
  int end_pager();

  int pager_ = -1;  // its process; -1: none
  int pipe_ = -1;   // its input; -1: none
};

// For a text that no log had a part in.
std::optional<Error> write_output(std::string_view text, PagerMode mode);

// $SYSTEMD_PAGER, else $PAGER, else less; empty: no pager, because one of them is empty or "cat".
std::string choose_pager();

}  // namespace oomwhy
