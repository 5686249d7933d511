// What can follow what in a report (mm/oom_kill.c: dump_header(), oom_kill_process()). The kernel prints a report in
// one order; a line that would go back in it belongs to another report.
#pragma once

#include <optional>

#include "parser/grammar.hpp"

namespace oomwhy {

// The blocks of a report in printed order. Each may be absent; within a block lines may repeat (zones, rows, victims).
enum class Block {
  Header,      // Invocation to the end of the stack
  Memcg,       // "Task in …", "memory: usage …", memory.stat
  Memory,      // Mem-Info to the last of its totals
  Tables,      // slab and allocation tables, protection
  TaskTable,   // title, header, rows
  Constraint,  // "oom-kill:constraint=…"
  Ending,      // what was killed, or why nothing was
};

// The block of a fact. None: the fact is not printed by the task that reports (oom_reaper, a boot, a lost message), or
// it is no fact of a report at all.
std::optional<Block> block_of(const Fact& fact);

// How many blocks further `to` is; negative: it would go back.
int blocks_between(Block from, Block to);

// Where in the whole order a fact of a block stands, finer than its block: of two reports that could both take a line,
// the one that has just printed what comes before it is the likelier.
int step_of(const Fact& fact);

}  // namespace oomwhy
