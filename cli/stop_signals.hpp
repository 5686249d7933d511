// Waiting that ends cleanly: SIGINT, SIGTERM and a reader who went away stop it.
#pragma once

#include "cli/follow_loop.hpp"

namespace oomwhy {

// Takes SIGINT and SIGTERM for as long as the process lives: they end a wait in place of the process.
FollowHost make_follow_host();

}  // namespace oomwhy
