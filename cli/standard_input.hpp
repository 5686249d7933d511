// Is standard input meant? Where no input is named, a pipe or a file that holds something is; a terminal, /dev/null, a
// socket or an empty pipe is not, and the logs of this machine are read instead.
#pragma once

#include <chrono>
#include <functional>

namespace oomwhy {

enum class StandardInput { Meant, NotMeant };

// Waits for a pipe's first byte or its end, without reading any. `on_wait` is called once when `patience` has passed.
StandardInput probe_standard_input(int descriptor, std::chrono::milliseconds patience,
                                   const std::function<void()>& on_wait);

}  // namespace oomwhy
