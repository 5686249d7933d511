// One kernel line becomes one fact. The only place that knows how the kernel spells things (and that uses RE2). Rules
// go by what a line looks like, never by a kernel version. Views point into the classified text.
//
//   php invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0  -> Invocation
//   [   1234]  1000  1234   123456     7890   131072        0             0 php-fpm                       -> TaskRow
//   Out of memory: Killed process 812 (mariadbd) total-vm:8kB, anon-rss:4kB, file-rss:0kB, ...             -> Killed
//   usb 1-1: new high-speed USB device                                                                     -> Unrelated
#pragma once

#include <string_view>
#include <variant>

#include "parser/facts_kill.hpp"
#include "parser/facts_memory.hpp"
#include "parser/facts_report.hpp"
#include "parser/facts_table.hpp"

namespace oomwhy {

using Fact =
    std::variant<Unrelated, Damaged, Invocation, CpusetLine, TriggerIdentity, HardwareName, StackLine, MemcgKilledTask,
                 MemcgLimitReached, MemcgUsage, MemcgStatsHeader, MemcgStat, MemInfoStart, SystemCounters, NodeCounters,
                 ZoneCounters, LowmemReserve, BuddyList, Hugepages, SystemTotalLine, MemInfoOther, SlabTableStart,
                 SlabRow, AllocationTableStart, AllocationRow, CgroupProtection, TaskTableTitle, TaskTableHeader,
                 TaskRow, ConstraintSummary, KillIntent, Killed, SharingMm, GroupKill, AlreadyExiting, WouldHaveKilled,
                 MmPinned, Reaped, UnableToReap, NoKillable, Panic, SysrqOom, CallbacksSuppressed, MessagesLost,
                 BootStart, AllocationFailure, FaultRetry>;

// Classifies one line. Knows nothing of the lines around it: what is ambiguous alone ("anon 12345", a slab row, a stack
// frame) is classified by its look, and the assembler takes it only where it can stand. Views in the fact point into
// `text`, which may hold newlines (a record with newlines inside, or lines joined by the caller).
Fact classify(std::string_view text);

// Whether the opening words or the shape of a line may make it a fact. Cheap; where it says no and the line holds none
// of the scanner's anchors, classify() gives Unrelated.
bool has_shape_of_fact(std::string_view text);

// Whether the rest of this line's record may stand on the next physical line: the line is cut, or a newline may stand
// in its comm. Joining is right only where the next line alone is Unrelated or Damaged and the joined text classifies
// as the same kind of fact, or as a whole one where this is Damaged.
bool may_continue(const Fact& fact);

}  // namespace oomwhy
